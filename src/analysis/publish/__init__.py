"""What stands in reports/: jobs, pages, files."""
