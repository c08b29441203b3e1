"""Pressroom: the desk of a communications team.

Floor plan (top may import what stands below it, never the other way round; docs/architecture.md):

    factory  cli  worker  rooms  reactions  schedule      put the app together
    home                                                  what needs me, today, health
    notifications | calendar | search | operations        being told, when, finding, settings and backups
    reviews → campaigns → metrics                         deciding, planning, measuring
    delivery                                              how a record goes out: workers, clock
    publishing → site                                     jobs and records; our own public pages
    content | accounts                                    what is sent, and through which account
    staff → audit                                         who did it, and the trace it left
    web                                                   pages, forms, sign-in guard; knows no room
    core                                                  db, transactions, flow, queue, locks, crypto; knows no HTTP
    platforms | runtime                                   other people's services; our own servers
    outbound                                              the only way out
    environment, lib                                      clock, errors, redaction
"""
