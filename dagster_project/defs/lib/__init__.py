"""Factories of the definitions: column schemas, pictures, and dbt inside this process. No definition stands here."""
