"""The dashboard: a web application that shows what was decided, from the nation down to one application. It decides
nothing and writes nothing but sessions. docs/dashboard.md describes it."""
