"""Campaigns: what the work is for.

Nouns: campaign (goal, platforms, budget cap, time frame), agent (who makes content; `staff` stands for people).
States: draft → active ⇄ paused → stopped | completed; draft → stopped (`models.CAMPAIGN`).
Pausing and stopping hold back every open record of the campaign; resuming asks what to do with the late ones.
"""
