"""Pressroom: the desk of a communications team.

Floor plan (top may import what stands below it, never the other way round):

    factory  cli  worker  rooms  reactions  schedule      put the house together
    operations | api                                      running the house
    reviews → campaigns → policies | metrics              deciding, planning, measuring
    newsletters | publishing → sources                    sending
    content | audience | vault                            what is sent, to whom, through which account
    accounts → audit                                      who did it, and the trace it left
    web                                                   pages, forms, sign-in guard; knows no room
    core                                                  db, work, flow, queue, locks, crypto; knows no HTTP
    platforms | runtime                                   other people's services; our own servers
    outbound                                              the only way out of the house
    settings, ground                                      clock, errors, redaction
"""
