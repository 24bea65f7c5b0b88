### Жүйе жұмысы туралы бет, қазақша.

operations-title = Жүйе жұмысы
operations-lede = Кім жұмыс істеп тұр, не күтіп тұр, не болды. Мұнда не тоқтаса да, шешімдер журналда сақталады: ештеңе жоғалмайды.
operations-asked = { $moment } жағдайы бойынша.
operations-of = { $all } ішінен { $some }
operations-seconds = { $value } с

operations-processes = Процестер
operations-ready-hint = толық жұмыс істеп тұр
operations-nobody = Бұл машинадағы бірде-бір процесс өзі туралы хабарламайды. Процестер күй порты арқылы іске қосылғанда хабарлайды, мысалы «oryn run» арқылы.
operations-process = Процесс
operations-role = Міндеті
operations-role-worker = шешеді
operations-role-fan-out = хабарлайды
operations-role-reader = оқиды
operations-role-monitor = санайды
operations-role-dashboard = көрсетеді
operations-role-group = қалғандарын бақылайды
operations-role-other = басқа
operations-condition = Күйі
operations-is-ready = жұмыс істеп тұр
operations-is-not-ready = толық жұмыс істемейді
operations-is-down = жауап бермейді
operations-is-failed = біржола аяқталды
operations-reasons = Себебі
operations-lag = Қалған жазбалар
operations-lag-hint = оқырмандар әлі сақтамаған
operations-restarts = Қайта іске қосылды
operations-memory = Жады, МБ

operations-partitions = Бөліктер
operations-partition = Бөлік
operations-no-partitions = Қазір ешкімде бөлік жоқ.
operations-worker = Кім шешеді
operations-stopped = Тоқтады
operations-stopped-hint = өткізіп жіберуге болмайтын қате шыққан бөліктер
operations-waiting = Шешілмеген оқиғалар
operations-waiting-hint = Келесісі { $value } күтіп тұр.
operations-behind = Келесісі күтуде, с
operations-untold = Хабарланбаған шешімдер
operations-untold-hint = хабарламалар мен бюллетеньдер әлі білмейді
operations-uncounted = Саналмаған шешімдер
operations-last = Соңғы жазба

operations-readers = Оқырмандар
operations-no-readers = Бұл машинада оқырмандар іске қосылмаған.
operations-topic = Топик
operations-away = Нені күтеді
operations-away-store = өз қоймасын
operations-away-brokers = Kafka
operations-outages = Бірдеңе болмаған рет саны

operations-work = Іске қосылғаннан бергі транзакциялар мен қалпына келтірулер
operations-transactions = Транзакциялар
operations-aborted = Тоқтатылды
operations-doubtful = Нәтижесі белгісіз
operations-restores = Қалпына келтірулер
operations-restore-seconds = Оларға кеткен уақыт, с
operations-restoring = Қалпына келтірілуде
operations-dead-letters = Танылмаған жазбалар

operations-messages = Күтіп тұрған хабарламалар
operations-messages-hint = Ең ескісі { $value } күтіп тұр.
operations-at-risk = Қауіпті хабарламалар
operations-at-risk-hint = мерзімі 30 минут ішінде бітеді

operations-troubles = Соңғы ескертулер мен қателер
operations-no-troubles = Ескертулер мен қателер жазылмаған.
operations-at = Қашан
operations-severity = Маңызы
operations-severity-warning = ескерту
operations-severity-error = қате
operations-severity-critical = аяқталды
operations-text = Процестің өз сөзімен

operations-letters = Жеті күндегі танылмаған жазбалар
operations-letters-hint = оқиға емес жазбалар
operations-letters-away = Мұнда көрсеткіштер жүргізілмейді, сондықтан жіберушілер бойынша ешкім санамайды.
operations-no-letters = Жоқ.
operations-day = Күні
operations-publisher = Жіберуші
operations-unknown = белгісіз
operations-at-least = кемінде { $value }
operations-cause = Себебі
operations-count = Жазбалар
