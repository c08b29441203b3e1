"""Steps of a delivery, each in a transaction of its own: claim, prepare, commit, settle, reconcile, confirm, sweep."""
