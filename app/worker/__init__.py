"""The processes beside the web: RQ workers, one queue each (`run.py`), and the clock (`clock.py`).

A worker of `publish` runs its jobs in its own process (a drain starts threads); one of `default` forks per job. Redis only says
that there is work: when it is away, full, frozen or refuses to write, a worker of `publish` looks into the table by itself
(`publishing/drain.loop`), and every worker listens again as soon as Redis lets it.
"""
