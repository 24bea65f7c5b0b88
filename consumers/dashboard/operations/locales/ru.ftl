### Страница о работе системы по-русски.

operations-title = Работа системы
operations-lede = Кто работает, что ждёт, что случилось. Решения хранятся в журнале, что бы здесь ни остановилось: ничего не теряется.
operations-asked = Состояние на { $moment }.
operations-of = { $some } из { $all }
operations-seconds = { $value } с

operations-processes = Процессы
operations-ready-hint = работают полностью
operations-nobody = Ни один процесс этой машины не сообщает о себе. Процессы сообщают, если запущены с портом состояния, как в «oryn run».
operations-process = Процесс
operations-role = Назначение
operations-role-worker = решает
operations-role-fan-out = сообщает
operations-role-reader = читает
operations-role-monitor = считает
operations-role-dashboard = показывает
operations-role-group = следит за остальными
operations-role-other = другое
operations-condition = Состояние
operations-is-ready = работает
operations-is-not-ready = работает не полностью
operations-is-down = не отвечает
operations-is-failed = завершился окончательно
operations-reasons = Почему
operations-lag = Осталось записей
operations-lag-hint = ещё не сохранены читателями
operations-restarts = Перезапусков
operations-memory = Память, МБ

operations-partitions = Разделы
operations-partition = Раздел
operations-no-partitions = Сейчас ни у кого нет разделов.
operations-worker = Кто решает
operations-stopped = Остановлено
operations-stopped-hint = разделы с ошибкой, которую нельзя пропустить
operations-waiting = Нерешённые события
operations-waiting-hint = Следующее ждёт { $value }.
operations-behind = Следующее ждёт, с
operations-untold = Несообщённые решения
operations-untold-hint = о них ещё не знают сообщения и бюллетени
operations-uncounted = Неучтённые решения
operations-last = Последняя запись

operations-readers = Читатели
operations-no-readers = На этой машине читатели не запущены.
operations-topic = Топик
operations-away = Ждёт
operations-away-store = своё хранилище
operations-away-brokers = Kafka
operations-outages = Сколько раз чего-то не было

operations-work = Транзакции и восстановления с запуска
operations-transactions = Транзакции
operations-aborted = Отменено
operations-doubtful = С неизвестным исходом
operations-restores = Восстановления
operations-restore-seconds = Время на них, с
operations-restoring = Восстанавливается
operations-dead-letters = Нераспознанные записи

operations-messages = Сообщения в очереди
operations-messages-hint = Самое старое ждёт { $value }.
operations-at-risk = Сообщения под угрозой
operations-at-risk-hint = их срок истекает в течение 30 минут

operations-troubles = Последние предупреждения и ошибки
operations-no-troubles = Предупреждений и ошибок в журналах нет.
operations-at = Когда
operations-severity = Важность
operations-severity-warning = предупреждение
operations-severity-error = ошибка
operations-severity-critical = завершение
operations-text = Словами процесса

operations-letters = Нераспознанные записи за семь дней
operations-letters-hint = записи, которые не являются событиями
operations-letters-away = Показатели здесь не ведутся, поэтому записи по отправителям никто не считает.
operations-no-letters = Нет.
operations-day = День
operations-publisher = Отправитель
operations-unknown = неизвестен
operations-at-least = не меньше { $value }
operations-cause = Причина
operations-count = Записи
