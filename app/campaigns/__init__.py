"""Campaigns: what the work is for.

Nouns: campaign (goal, platforms, budget cap, time frame), agent (who makes content; `staff` stands for people).
States: draft → active ⇄ paused → stopped | completed; draft → stopped (`models.CAMPAIGN`).
Pausing and stopping hold back every open record of the campaign; resuming asks what to do with the late ones. A draft, an
ended or a finished campaign sends nothing: publishing refuses to schedule for it (`publishing/campaign_frame.py` is the rule),
dispatch holds, and `actions/holds.py` keeps the holds that people see.
"""
