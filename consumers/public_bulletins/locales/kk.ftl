### Ашық беттердің қазақша сөздері. Хабарлар мен айнымалылар барлық тілде бірдей (тест тексереді).
### Сан есімнен кейін зат есім жекеше тұрады, сондықтан көптік тармақтар қажет емес.

language = Қазақша
moment = { $day }, { $time }
none = –

## Сөздер

Admission-REGULAR = тұрақты орын
Admission-EARLY = әлі босамаған орын (алдын ала таңдалады)
Admission-TEMPORARY = уақытша орын
GroupType-GENERAL_DEVELOPMENTAL = жалпы дамыту тобы
GroupType-SPECIAL = арнайы топ
GroupType-SANATORIUM = санаторийлік топ
Regime-FULL_DAY = толық күн
Regime-HALF_DAY = жарты күн
Regime-ROUND_THE_CLOCK = тәулік бойы
RecallReason-MAJOR_REPAIR = күрделі жөндеу
RecallReason-QUARANTINE = карантин
RecallReason-STATE_ORDER_CANCELLED = мемлекеттік тапсырыстың күші жойылды
RecallReason-CLOSURE = ұйым жабылады
RecallReason-PUBLISHED_BY_MISTAKE = қателесіп жарияланған
RecallReason-PUPIL_RETURNED = тәрбиеленуші қайтып келді
Group-EXTRAORDINARY = Кезектен тыс
Group-PRIORITY = Бірінші кезекте
Group-GENERAL = Жалпы
OrderStatus-WAITING = Күтуде
OrderStatus-ACCESS = Орын таңдай алады
OrderStatus-REFERRED = Жолдама берілді
OrderStatus-STOPPED = Уақытша тоқтатылған
age = { $years } жас
ages = { $first }–{ $years } жас
queue-general = Жалпы кезек, { $year } жылы туғандар
queue-special = Арнайы ұйымның кезегі, { $organisation }, { $year } жылы туғандар{ $profile ->
    [none] {""}
   *[other] , { $profile }
}
queue-sanatorium = Санаторийлік ұйымның кезегі, { $organisation }, { $year } жылы туғандар{ $profile ->
    [none] {""}
   *[other] , { $profile }
}
locality-code = Елді мекен { $code }
locality-in-region = { $code } елді мекені, { $region }
places = { $count } орын
admission-from = { $from } бастап
admission-span = { $from } – { $until }
span = { $from } – { $until }
