"""The public pages: bulletins and the order of queues, as R7.3 allows, in a folder or an object store."""
