### `oryn why` командасының қазақша сөздері. Хабарлар мен айнымалылар барлық тілде бірдей (тест тексереді).
### Сан есімнен кейін зат есім жекеше тұрады, сондықтан көптік тармақтар қажет емес.

## Безендіру

moment = { $day }, { $time }
records = { $count ->
    [one] жазба: { $list }
   *[other] жазбалар: { $list }
}
records-more = жазбалар: { $list } және тағы { $more }, соңғысы – { $last }
column-when = Қашан
column-number = Нөмірі
column-what = Не болды
column-application = Өтініш
column-group = Топ
column-access = Қолжетімділік
heading-now = Қазіргі жағдайы және бұдан әрі не болады
heading-state-at = Мына уақыттағы жағдай: { $moment }
yes = иә
chosen = орынды алды
order-eligible = Орынға құқығы бар өтініш: { $eligible }, кезекте тұрғаны: { $waiting }, басым қолжетімділігі бары: { $access }. Кезек реті бойынша:
order-none = Кезекте тұрғандардың ({ $waiting }) ешқайсысының бұл орынға құқығы болған жоқ.
order-waiting = Кезекте тұрғаны: { $waiting }; басым қолжетімділігі бары: { $access }. Кезек реті бойынша:
order-more = … және тағы { $count }
title-application = Өтініш { $id }{ $queue ->
    [none] {""}
   *[other] , кезек { $queue }
}, елді мекен { $locality }
title-place = Орын { $id }{ $queue ->
    [none] {""}
   *[other] , кезек { $queue }
}, елді мекен { $locality }
title-queue = Кезек { $id }, елді мекен { $locality }
title-organisation = Ұйым { $id }, елді мекен { $locality }
nothing-yet = Бұл уақытта ештеңе белгісіз.

## Қателер

error-unknown = Журналдың бірде-бір жазбасында { $id } жоқ.
error-hint = Мүмкін, мынаны іздеген боларсыз: { $ids }?
error-ambiguous = { $id } бірнеше нысанды білдіреді. --locality немесе --kind арқылы нақтылаңыз:
error-candidate = --kind { $kind } --locality { $locality }
error-broken = Журнал өз-өзіне қайшы келеді: { $problem }. Мына командамен тексеріңіз: oryn verify { $journal }
error-file = { $journal } журналын оқу мүмкін емес: { $problem }
error-time = { $text } – уақыт емес: ISO 8601 қажет, мысалы 2021-06-12T09:14+06:00 немесе 2021-06-12
progress = Журнал оқылуда

## Фактілер

fact-Rejected = Қабылданбады: { $event }{ $about ->
    [none] {""}
   *[other] {" "}({ $about })
}. Себебі: { $reason }.
fact-Duplicate = Дәл сол оқиға қайта келді; ол бойынша шешім бұрын қабылданған (жазба: { $sequence }), екінші рет күші жоқ.
fact-OrganisationChanged = { $organisation } ұйымы тіркелді немесе жаңартылды: «{ $name }», { $ownership }, { $kind }.
fact-OrganisationClosed = { $organisation } ұйымы жабылды.
fact-LocalActAdopted = Жергілікті акт қабылданды: № { $number }, күні – { $date }, қолданыстың басталуы – { $in-force-from }.
fact-PlaceReleased = { $organisation } ұйымы { $place } орнын босатты.
fact-PlaceReturned = { $place } орны қайта босатылды: { $cause }.
fact-PlaceRecalled = { $place } орны кері қайтарып алынды: { $reason }.
fact-RecallKept = { $place } орнын кері қайтарып алу босатудан бұрын келді және сақталады (мерзімі: { $until }): { $reason }.
fact-RecallExpired = { $place } орнын кері қайтарып алудың сақталу мерзімі өтті.
fact-PlaceEnded = { $place } уақытша орнының мерзімі аяқталды.
fact-PlaceVacated = { $place } орны нақты босады.
fact-PlaceFilled = { $place } орны толды: бала қабылданды.
fact-BulletinIssued = Бюллетеньде жарияланды: № { $number }, күні – { $date }.
fact-PlacePrioritised = { $place } орнын басым қолжетімділігі барлар таңдай алады (мерзімі: { $until }).
fact-PlaceOpened = { $place } орнына басым қолжетімділік мерзімі аяқталды: ол кезектің алғашқы { $first } өтінішіне ашық.
fact-AccessGranted = Кезегі келді: орын таңдауға басым қолжетімділік берілді (мерзімі: { $until }); тізімде { $places } орын бар.
fact-AccessLapsed = Басым қолжетімділік мерзімі пайдаланылмай өтті; кезектегі орны сақталады.
fact-AccessRevoked = Басым қолжетімділік кері қайтарып алынды.
fact-AccessUsed = Басым қолжетімділік пайдаланылды: орын таңдалды.
fact-ApplicationRegistered = Тіркелді; берілген уақыты: { $submitted-at }. Құжаттарды көрсету мерзімі: { $documents-until }.
fact-ApplicationDeferred = Құжаттар расталды; кезекке мына мерзімнен кейін қосылады: { $until }.
fact-ApplicationQueued = Құжаттар расталды: кезектегі нөмірі – { $number }, тобы – «{ $group }», топтағы нөмірі – { $number-in-group }.
fact-ApplicationRefused = Өтінішті қабылдаудан бас тартылды: { $reason }.{ $missing ->
    [none] {""}
   *[other] {" "}Жетіспейтіні: { $missing }.
}
fact-ApplicationRegrouped = Бастапқы берілген уақытымен «{ $from }» тобынан «{ $to }» тобына ауыстырылды.
fact-ApplicationArchived = Архивке жіберілді: { $reason }.
fact-ApplicationStopped = Тоқтату парағына енгізілді (мерзімі: { $until }).
fact-ApplicationSuspended = Уәкілетті орган тоқтата тұрды: { $reason }.
fact-BenefitsChanged = Қызмет беруші жеңілдіктерді тексерді.
fact-StayEnded = { $place } уақытша орнында болу аяқталды (өтініш: { $application }): { $cause }.
fact-ApplicationReturned = Кезектегі бұрынғы орнына қайтарылды, нөмірі – { $number }: { $cause }.
fact-ReferralIssued = № { $referral } жолдама берілді: өтініш – { $application }, орын – { $place }, кезектегі нөмірі – { $number } ({ $how }).{ $documents-until ->
    [none] {""}
   *[other] {" "}Құжаттарды көрсету мерзімі: { $documents-until }.
}
fact-DocumentsPresented = Құжаттар көрсетілді; қызмет берушінің жауап беру мерзімі: { $provider-until }.
fact-ReferralActivated = { $application } өтініші бойынша { $place } орнына берілген жолдама күшіне енді{ $until ->
    [none] ; мерзімі орын нақты босағанда басталады.
   *[other] {" "}(мерзімі: { $until }).
}
fact-ReferralExtended = { $application } өтініші бойынша { $place } орнына берілген жолдама ұзартылды (жаңа мерзімі: { $until }), себебі: { $reason }.
fact-ReferralEnded = № { $referral } жолдама аяқталды (өтініш – { $application }, орын – { $place }): { $cause }.{ $reason ->
    [none] {""}
   *[other] {" "}Көрсетілген себеп: { $reason }.
}
fact-InterestConfirmed = Мүдделілік тағы бір жылға расталды.
fact-ReminderDue = Еске салу жіберілді: { $of }, мерзімі: { $until }.
fact-ApplicantLinked = Өтініш баланың басқа заңды өкіліне ауыстырылды.
fact-ChildLeft = Бала { $place } орнынан шықты (өтініш: { $application }).
note-migration = Бұрынғы кезектен берілген уақытымен бірге көшірілді.
note-private-only = Бала бұрын жеңілдік бойынша қабылданған: тек жекеменшік ұйымдардың орындары ұсынылады.
opening-granted = Ашылу кезінде осы кезектегі өтініштерге басым қолжетімділік берілді.
access-granted = Осы кезектегі өтініштерге басым қолжетімділік берілді.
place-organisation = { $organisation } ұйымы «{ $name }»
place-terms = Туған жылы { $years }, жасы { $from }–{ $to }, тілі: { $language }; { $group }, { $regime }; { $admission }, қабылдаудың басталуы – { $start }{ $end ->
    [none] {""}
   *[other] , аяқталуы – { $end }
}.

## Басқа өтініштердің нөмірге әсері

change-queued-EXTRAORDINARY = кезектен тыс { $count } өтініш расталды
change-queued-PRIORITY = бірінші кезектегі { $count } өтініш расталды
change-queued-GENERAL = жалпы кезекте бұрын берілген { $count } өтініш расталды
change-served-EXTRAORDINARY = кезектен тыс { $count } өтініш жолдама алды
change-served-PRIORITY = бірінші кезектегі { $count } өтініш жолдама алды
change-served-GENERAL = жалпы кезектегі { $count } өтініш жолдама алды
change-returned = { $count } өтініш кезектегі бұрынғы орнына қайтты
change-regrouped = { $count } өтініш «{ $group }» тобына ауыстырылды
change-stopped = { $count } өтініш тоқтату парағына енгізілді
change-suspended = { $count } өтініш тоқтатыла тұрды
change-archived = { $count } өтініш архивке жіберілді: { $reason }

## Жағдайы және бұдан әрі не болады

now-registered = Тіркелді; әлі кезекте тұрған жоқ.
next-registered = Өтініш беруші құжаттарды көрсетуге тиіс (мерзімі: { $until }), әйтпесе өтініш қабылданбайды.
now-presented = Құжаттар көрсетілді; әлі кезекте тұрған жоқ.
next-presented = Қызмет берушінің жауап беру мерзімі: { $until }. Жауаптың кешігуі өтініш берушіге зиян келтірмейді.
now-refused = Бас тартылды: { $reason }.
next-refused = Жалғасы жоқ; жаңа өтініш беруге болады.
now-deferred = Расталды, бірақ әлі кезекте тұрған жоқ.
next-deferred = Кезекке мына мерзімнен кейін қосылады: { $until }.
now-queued = Кезектегі нөмірі – { $number } (барлығы { $size }); тобы – «{ $group }», топтағы нөмірі – { $in-group } (барлығы { $group-size }).
now-access = Кезегі келді: орын таңдауға болады (мерзімі: { $until }); тізімде { $places } орын болды.
next-access = Мерзім ішінде ({ $until }) орын таңдалмаса, қолжетімділік салдарсыз аяқталады, нөмірі сақталады.
next-opening = Келесі ашылу: { $opening }; қанша орын болса, сонша өтінішке кезек реті бойынша басым қолжетімділік беріледі.
next-immediate = Орын пайда болған бойда басым қолжетімділік кезек реті бойынша беріледі.
next-automatic = Осы кезекте босаған орын бірден алғашқы сәйкес өтінішке жолдама түрінде беріледі.
next-open = Өтініш алғашқы { $first } өтініштің ішінде және ашық орынды кез келген уақытта таңдай алады.
next-not-open = Ашық орындарды кезектің алғашқы { $first } өтініші ғана таңдай алады.
now-referral-documents = Орын сақтап қойылды: { $place }.
next-referral-documents = Өтініш беруші { $place } орны бойынша құжаттарды көрсетуге тиіс (мерзімі: { $until }), әйтпесе жолдама күшін жояды.
now-referral-presented = { $place } орны бойынша құжаттар көрсетілді.
next-referral-presented = { $place } орны бойынша қызмет берушінің жауап беру мерзімі: { $until }; ол кешіксе, жолдамадан кез келген уақытта бас тартуға болады.
now-referral-active = { $place } орнына берілген жолдама күшінде (мерзімі: { $until }).
next-referral-active = Ұйым баланы { $place } орнына қабылдауға тиіс (мерзімі: { $until }), әйтпесе жолдама күшін жояды.
now-referral-early = { $place } орнына берілген жолдама күшінде; орын әлі нақты босаған жоқ.
next-referral-early = Мерзім { $place } орны нақты босағанда басталады; мына уақытқа дейін босамаса, жолдама салдарсыз аяқталады: { $until }.
now-stay = Бала { $place } уақытша орнына барып жүр; өтініш кезектегі орнын сақтайды.
next-stay = { $place } орнында болу оның мерзімі біткенше немесе тұрақты орын табылғанша жалғасады.
now-interest = Мүдделілікті растау керек (мерзімі: { $until }).
next-interest = Мерзім ішінде ({ $until }) жауап болмаса, өтініш архивке жіберіледі; жолдамасы бар кезде жіберілмейді.
next-interest-due = Мүдделілік жылына бір рет расталады: бұрын расталмаса, еске салу келетін күн – { $day }.
now-stopped = Тоқтату парағында (мерзімі: { $until }).
next-stopped = Мына мерзімнен кейін кезектегі бұрынғы орнына қайтады: { $until }.
now-suspended = Уәкілетті орган тоқтата тұрды; кезекте тұрған жоқ.
next-suspended = Уәкілетті орган қалпына келтіргенде бұрынғы орнына қайтады.
now-archived = Архивте: { $reason }.
next-archived = Бұл кезекте жалғасы жоқ.
looks-left-out = Тағы { $count } сәттегі рет көрсетілмеді.
stage-RELEASED = Орын босатылды, келесі бюллетеньді күтуде.
stage-LISTED = Орын бюллетеньде, келесі ашылуды күтуде.
stage-PRIORITY = Орынды басым қолжетімділігі барлар таңдай алады (мерзімі: { $until }).
stage-PRIORITY-over = Орынға басым қолжетімділік мерзімі аяқталды: { $until }; қолданыстағы қолжетімділікке қажет болмаса, ол келесі ашылуда ашылады.
stage-OPEN = Орын кезектің алғашқыларына ашық.
stage-REFERRED = Орын { $application } өтінішіне сақтап қойылды.{ $until ->
    [none] {""}
   *[other] {" "}Мерзімі: { $until }.
}
stage-FILLED = Орынды { $application } өтініші алды: бала қабылданды.
stage-RECALLED = Орын кері қайтарып алынды: { $reason }.
stage-ENDED = Уақытша орынның мерзімі аяқталды.
stage-name-RELEASED = босатылған
stage-name-LISTED = бюллетеньде
stage-name-PRIORITY = басым қолжетімділікте
stage-name-OPEN = ашық
stage-name-REFERRED = сақтап қойылған
stage-name-FILLED = толған
stage-name-RECALLED = кері қайтарып алынған
stage-name-ENDED = мерзімі аяқталған
count-places = Орындар, { $stage }: { $count }
count-waiting = Кезекте тұрған өтініш: { $count }
count-group = «{ $group }» тобы: { $count }
count-access = Басым қолжетімділігі бары: { $count }

## Топтар, орындар, ұйымдар

group-EXTRAORDINARY = кезектен тыс
group-PRIORITY = бірінші кезекте
group-GENERAL = жалпы
how-CHOICE = басым қолжетімділікпен таңдалды
how-OPEN_CHOICE = ашық орындардан таңдалды
how-AUTOMATIC = өтініштер реті бойынша берілді
of-ACCESS = басым қолжетімділік аяқталуда
of-REFERRAL = жолдама мерзімі аяқталуда
of-INTEREST = мүдделілікті растау қажет
group-type-GENERAL_DEVELOPMENTAL = жалпы дамыту тобы
group-type-SPECIAL = арнайы топ
group-type-SANATORIUM = санаторийлік топ
regime-FULL_DAY = толық күн
regime-HALF_DAY = жарты күн
regime-ROUND_THE_CLOCK = тәулік бойы
admission-REGULAR = тұрақты орын
admission-EARLY = алдын ала таңдалатын, әлі босамаған орын
admission-TEMPORARY = уақытша орын
ownership-STATE = мемлекеттік
ownership-PRIVATE = жекеменшік
organisation-kind-GENERAL = жалпы үлгідегі балабақша
organisation-kind-SPECIAL = арнайы ұйым
organisation-kind-SANATORIUM = санаторийлік ұйым
extension-ILLNESS = ауыру
extension-TREATMENT = емделу
extension-BUSINESS_TRIP = іссапар
extension-LEAVE = демалыс

## Себептер

refusal-INCOMPLETE_PACKAGE = құжаттар топтамасы толық емес
refusal-UNTRUE_DOCUMENTS = құжаттар анық емес
refusal-REQUIREMENTS_NOT_MET = талаптар орындалмаған
refusal-NO_CONSENT = дербес деректерді пайдалануға келісім жоқ
refusal-NOT_SHOWN_IN_TIME = құжаттар мерзімінде көрсетілмеді
archive-WITHDRAWN = өтініш беруші қайтарып алды
archive-ENROLLED = бала қабылданды
archive-ENROLLED_ELSEWHERE = бала басқа ұйымға қабылданды
archive-AGE_LIMIT = бала 6 жасқа толды
archive-INTEREST_NOT_CONFIRMED = мүдделілік расталмады
archive-SECOND_LAPSE = жолдама екінші рет күшін жойды
archive-ORGANISATION_CLOSED = ұйым жабылды
end-CANCELLED = өтініш беруші жолдамадан бас тартты
end-LAPSED = жолдаманың мерзімі өтті
end-RECALLED = орын кері қайтарып алынды
end-REFUSED = ұйым қабылдаудан бас тартты
end-BENEFIT_NOT_CONFIRMED = жеңілдік расталмады
end-DOCUMENTS_REFUSED = құжаттар қабылданбады
end-WITHDRAWN = өтініш беруші өтінішті қайтарып алды
end-SUSPENDED = өтініш тоқтатыла тұрды
end-ENROLLED = бала қабылданды
end-SERVED_REGULAR = бала тұрақты орын алды
end-TEMPORARY_ENDED = уақытша орынның мерзімі аяқталды
end-NOT_VACATED = орын уақытында босамады
end-STOP_LIST_ENDED = тоқтату парағындағы мерзім аяқталды
end-RESTORED = уәкілетті орган өтінішті қалпына келтірді
stay-TEMPORARY_ENDED = уақытша орынның мерзімі аяқталды
stay-RECALLED = орын кері қайтарып алынды
stay-SERVED_REGULAR = бала тұрақты орын алды
stay-LEFT = бала шықты
recall-MAJOR_REPAIR = күрделі жөндеу
recall-QUARANTINE = карантин
recall-STATE_ORDER_CANCELLED = мемлекеттік тапсырыстың күші жойылды
recall-CLOSURE = ұйым жабылады
recall-PUBLISHED_BY_MISTAKE = қателесіп жарияланған
recall-PUPIL_RETURNED = тәрбиеленуші қайтып келді
reason-UNKNOWN_ORGANISATION = бұл елді мекенде мұндай ұйым белгісіз
reason-UNKNOWN_PLACE = бұл елді мекенде мұндай орын белгісіз
reason-UNKNOWN_APPLICATION = бұл елді мекенде мұндай өтініш белгісіз
reason-NOT_YOURS = басқа біреуге тиесілі
reason-ORGANISATION_CLOSED = ұйым жабылған
reason-CONFLICTING_PLACE = орынның бұл нөмірі басқа мазмұнмен пайдаланылған
reason-CONFLICTING_APPLICATION = өтініштің бұл нөмірі басқа мазмұнмен пайдаланылған
reason-BAD_DATE = мүмкін емес күн
reason-BAD_TIME = мүмкін емес уақыт
reason-DUPLICATE_APPLICATION = бала бұл кезекте тұр
reason-PLACE_FILLED = орын толған
reason-PLACE_TAKEN = орын басқаға берілген
reason-ON_STOP_LIST = өтініш тоқтату парағында немесе тоқтатыла тұрған
reason-NOT_QUEUED = өтініш кезекте тұрған жоқ
reason-NO_REFERRAL = мұндай жолдама жоқ
reason-NOT_ACTIVE = жолдама әлі күшіне енген жоқ
reason-ALREADY_EXTENDED = жолдама бұрын ұзартылған
reason-WRONG_STATE = қазіргі жағдайда бұл мүмкін емес
reason-TOO_LATE = бұған берілген уақыт өтіп кетті
reason-NO_ACCESS = өтініштің басым қолжетімділігі жоқ
reason-SPECIAL_NEEDS_NOT_CONFIRMED = ерекше қажеттіліктер расталмаған, әртүрлі кезектерде қатар тұруға болмайды
reason-TOO_OLD = бала 6 жаста немесе одан үлкен
reason-TOO_MANY_REGISTRATIONS = бұл елді мекендегі тіркелу саны тым көп
reason-NOT_ELIGIBLE = бұл орын балаға сәйкес келмейді
reason-PROMISED = орын кезекте бұрын тұрғандарға уәде етілген
reason-OUTSIDE_FIRST_1000 = кезектегі нөмірі мынадан артық: { $first }

## Оқиғалар

event-OrganisationRegistered = ұйымды тіркеу
event-LocalActAdopted = жергілікті акт
event-OrganisationClosed = ұйымды жабу
event-PlaceReleased = орынды босату
event-PlaceVacated = орынның нақты босағаны туралы хабар
event-PlaceRecalled = орынды кері қайтарып алу
event-ApplicationSubmitted = өтініш беру
event-DocumentsPresented = құжаттарды көрсету
event-DocumentsConfirmed = құжаттарды растау
event-DocumentsRefused = құжаттардан бас тарту
event-BenefitsChanged = жеңілдіктерді өзгерту
event-InterestConfirmed = мүдделілікті растау
event-ApplicationWithdrawn = өтінішті қайтарып алу
event-ApplicantLinked = басқа өкілге ауыстыру
event-ApplicationSuspended = өтінішті тоқтата тұру
event-ApplicationRestored = өтінішті қалпына келтіру
event-PlacesChosen = орын таңдау
event-ReferralDocumentsConfirmed = жолдама бойынша құжаттарды растау
event-ReferralDocumentsRefused = жолдама бойынша құжаттардан бас тарту
event-ReferralCancelled = жолдамадан бас тарту
event-ReferralExtended = жолдаманы ұзарту
event-ChildEnrolled = баланы қабылдау
event-AdmissionRefused = баланы қабылдаудан бас тарту
event-ChildLeft = баланың шыққаны туралы хабар
event-ClockTick = уақыт белгісі
