"""The morning digest: when it is due (`due`) and what stands in it (`content`)."""
