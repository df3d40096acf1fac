"""Console: the pages and the JSON API where people see the run and lend a hand."""
