// A PLC directory and a PDS on loopback, from their npm packages, with everything in one folder.
//   node pds.mjs <folder>     prints READY <pds address>; ends with its stdin or by SIGTERM
import { mkdirSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const folder = process.argv[2]
const require = createRequire(pathToFileURL(`${folder}/package.json`))
const { Database, PlcServer } = require('@did-plc/server')
const { PDS, readEnv, envToCfg, envToSecrets } = await import(pathToFileURL(resolveModule('@atproto/pds')))

function resolveModule(name) {
  try { return require.resolve(name) } catch { return `${folder}/node_modules/${name}/dist/index.js` }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

const plcPort = await freePort()
const plc = PlcServer.create({ db: Database.mock(), port: plcPort })
await plc.start()

const port = await freePort()
const data = `${folder}/data-${port}`
mkdirSync(`${data}/blobs`, { recursive: true })
const hex = () => randomBytes(32).toString('hex')
Object.assign(process.env, {
  PDS_PORT: String(port),
  PDS_HOSTNAME: 'localhost',
  PDS_DEV_MODE: 'true',
  PDS_DATA_DIRECTORY: data,
  PDS_BLOBSTORE_DISK_LOCATION: `${data}/blobs`,
  PDS_DID_PLC_URL: `http://127.0.0.1:${plcPort}`,
  PDS_SERVICE_HANDLE_DOMAINS: '.test',
  PDS_INVITE_REQUIRED: 'false',
  PDS_DISABLE_SSRF_PROTECTION: 'true',
  PDS_RATE_LIMITS_ENABLED: 'false',
  PDS_JWT_SECRET: hex(),
  PDS_ADMIN_PASSWORD: hex(),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: hex(),
  PDS_DPOP_SECRET: hex(),
  LOG_ENABLED: process.env.PEER_LOG ?? 'false',
})
const env = readEnv()
const pds = await PDS.create(envToCfg(env), envToSecrets(env))
await pds.start()
console.log(`READY http://localhost:${port}`)

async function stop() {
  await pds.destroy()
  await plc.destroy()
  process.kill(process.pid, 'SIGKILL') // better-sqlite3 asserts in a regular exit of Node 24
}
process.on('SIGTERM', stop)
process.stdin.on('end', stop).resume()
