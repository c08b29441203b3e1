"""Requests nobody meant, over every route and role of a desk with one of everything: no answer may be a fault (S15).

values     what a field, a parameter and a header may hold: right, wrong, evil
pages      the forms and links that the desk's own pages show, and the names that its forms and templates know
odd        uploads, cursors and headers that nobody meant
calls      one request as a value, and how a die makes one; `send` puts it on the wire
desk       a desk with one of everything, its people, the ids that live in it; `served_app` starts one for a long run
judge      what is wrong with an answer; `never` what must not be true of the tables
fuzzer     sends, judges, counts, makes each find small; `python -m tests.fuzz` and `make fuzz`
"""
