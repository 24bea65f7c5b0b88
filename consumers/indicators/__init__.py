"""Indicators in PostgreSQL: kept as their topic has them, asked by pages, commands and outside tools."""
