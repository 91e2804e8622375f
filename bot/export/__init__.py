"""Pledges as files for organisers: a table for a spreadsheet, lines for a program, a page to hand over."""
