### Words of the printed bulletin in English. The same messages and variables as in the other languages (a test checks).

pdf-title = Bulletin No. { $number }
pdf-document = Bulletin No. { $number }, { $locality }, { $date }
pdf-released = Released places: { $count }
pdf-recalled = Recalled places: { $count }
pdf-empty = In this bulletin no places are released and none are recalled.
pdf-choosing = These places may be chosen from the next opening after the bulletin: at 07:00 of the next day ({ $day }), unless a local act sets another time. Applicants with access choose first, in the order of the queue.
pdf-group = Places with the same terms stand together. The time at a place's number is when it was released; with the date, if on another day.
pdf-heavy = There are more places than paper has room for: this is how many each organisation has. The full list is on the bulletin's public page and in its JSON and CSV files.
pdf-organisation = Organisation { $id }, { $places }

pdf-head-queue = Queue
pdf-head-ages = Age on 1 September
pdf-head-language = Language
pdf-head-group = Group
pdf-head-regime = Regime
pdf-head-admission = Kind of place and admission
pdf-head-count = Places
pdf-head-places = Numbers of the places and when they were released
pdf-head-organisation = Organisation
pdf-head-id = Number of the organisation
pdf-head-place = Number of the place
pdf-head-reason = Reason of the recall
pdf-head-recalled-at = Recalled

pdf-attendance = Attendance: { $spans }
pdf-span = { $from } – { $until }

pdf-verify = How to verify
pdf-verify-text = The hash covers all of the bulletin and the hash of the one before, so that no place can be changed or taken out unnoticed. Compare the hash on this sheet with the one on the bulletin's public page. The JSON file of that page is checked against the journal by the command “oryn verify”.
pdf-hash = Hash of this bulletin
pdf-previous = Hash of the bulletin before
pdf-issued = Issued
pdf-record = Journal record
pdf-page = Page { $page } of { $pages }
