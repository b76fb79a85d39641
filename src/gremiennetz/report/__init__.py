"""The report for the strategy office: one offline HTML page that prints well, and an XLSX workbook, from the same data."""
