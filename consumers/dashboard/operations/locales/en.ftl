### The page of the machinery in English. The same messages and variables in every language (a test compares).

operations-title = Operations
operations-lede = Who runs, what waits, what went wrong. Decisions are kept in the journal whatever stands still here; nothing is lost by it.
operations-asked = Asked at { $moment }.
operations-of = { $some } of { $all }
operations-seconds = { $value } s

operations-processes = Processes
operations-ready-hint = that do all their work
operations-nobody = No process of this machine says how it is. They do when they run with a port for health, as those of “oryn run”.
operations-process = Process
operations-role = For
operations-role-worker = deciding
operations-role-fan-out = telling
operations-role-reader = reading
operations-role-monitor = counting
operations-role-dashboard = showing
operations-role-group = watching over the others
operations-role-other = other
operations-condition = How it is
operations-is-ready = works
operations-is-not-ready = does not do all its work
operations-is-down = does not answer
operations-is-failed = ended for good
operations-reasons = Why
operations-lag = Records to go
operations-lag-hint = that readers have not stored yet
operations-restarts = Started again
operations-memory = Memory, MB

operations-partitions = Partitions
operations-partition = Partition
operations-no-partitions = No worker has a partition now.
operations-worker = Worker
operations-stopped = Stopped
operations-stopped-hint = partitions that met an error which must not be skipped
operations-waiting = Events not decided
operations-waiting-hint = The next has waited for { $value }.
operations-behind = The next waits, s
operations-untold = Decisions not told
operations-untold-hint = that messages and bulletins do not know yet
operations-uncounted = Decisions not counted
operations-last = Last record

operations-readers = Readers
operations-no-readers = No reader runs on this machine.
operations-topic = Topic
operations-away = Waits for
operations-away-store = its store
operations-away-brokers = Kafka
operations-outages = Times that something was away

operations-work = Transactions and restores since the start
operations-transactions = Transactions
operations-aborted = Aborted
operations-doubtful = In doubt
operations-restores = Restores
operations-restore-seconds = Time for them, s
operations-restoring = Being restored
operations-dead-letters = Dead letters

operations-messages = Messages waiting
operations-messages-hint = The oldest has waited for { $value }.
operations-at-risk = Messages at risk
operations-at-risk-hint = whose time ends within 30 minutes

operations-troubles = Last warnings and errors
operations-no-troubles = Nothing was logged as a warning or an error.
operations-at = When
operations-severity = How bad
operations-severity-warning = warning
operations-severity-error = error
operations-severity-critical = it ended
operations-text = In its own words

operations-letters = Dead letters of seven days
operations-letters-hint = records that are no events
operations-letters-away = No indicators are kept here, so nobody counts dead letters by publisher.
operations-no-letters = None.
operations-day = Day
operations-publisher = Publisher
operations-unknown = unknown
operations-at-least = at least { $value }
operations-cause = Cause
operations-count = Records
