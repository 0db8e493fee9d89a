"""The words of generated tweets and profiles; no real person wrote them."""

TOPICS = (
    "lochan", "heron", "peatland", "ferry", "tidewatch", "rainfall", "hillwalk", "osprey",
    "sailing", "oatcakes", "ceilidh", "northwind", "réservoir", "湖畔", "озеро",
)  # fmt: skip

PHRASES = (
    "The water was so still this morning that the hills stood in it twice.",
    "Nobody told me the last ferry goes at four",
    "Third day of rain. The path is a river, the river is a lake.",
    '"Perfect weather", said the duck & nobody else',
    "Does anybody know why the gauge at the outflow reads 7 < 3?",
    "New boots → wet feet. Old boots → wet feet.",
    "Line one\nline two\n\nline four, after a gap",
    "C:\\maps\\glen.tif will not open, again",
    "Up at 5am for this, and worth it",
    "  too many   spaces\tand a tab  ",
    "Café au bord du lac, déjà vu, naïve façade",
    "Measured 0.1 + 0.2 m and got 0.30000000000000004",
    "NULL is not \"null\" is not 'None' is not N/A",
    "=SUM(A1:A9) is not a number, dear spreadsheet",
)

EMOJI = (
    "🌊", "🦆", "☔️", "👩🏽‍🔬", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👨‍👩‍👧‍👦", "❤️‍🔥", "1️⃣", "🇫🇮", "🤷🏿‍♂️", "…", "\u200b",
    "😭😭😭",
)  # fmt: skip

FOREIGN = (
    ("ar", "البحيرة هادئة هذا الصباح والطيور كثيرة"),
    ("he", "האגם שקט הבוקר ואין רוח"),
    ("fa", "باران از دیشب بند نیامده است"),
    ("ja", "今朝の湖はとても静かで、鏡のようでした。"),
    ("ko", "오늘 아침 호수는 거울처럼 잔잔했다"),
    ("hi", "आज सुबह झील बहुत शांत थी"),
    ("ru", "Утром озеро было тихим, как зеркало"),
    ("th", "เช้านี้ทะเลสาบเงียบสงบมาก"),
)

NAMES = (
    "Ailsa", "Ruaridh", "Mórag", "O'Neil & Sons", "heron watch 🦆", "ÅSA", "ليلى", "湖の人",
    "Дмитрий", "𝓕𝓪𝓷𝓬𝔂", "x", "Loch Board (official)", "null", "Zoë\u200d", "R2",
    "many words in one display name",
)  # fmt: skip

HANDLES = ("heron", "otter", "gauge", "ferry", "pine", "Loch_", "RAIN", "moss", "_tarn", "kelpie")

LOCATIONS = (
    "",
    "Argyll",
    "somewhere wet",
    "Sørlandet 🇳🇴",
    "0°N 0°E",
    "Earth, mostly",
    "القاهرة",
    "\n",
)

SOURCES = (
    "X Web App",
    "Twitter for Android",
    "Twitter for iPhone",
    "Loch Gauge Bot <v2>",
    "Dörte's App",
)

CASHTAGS = ("LOCH", "H2O", "PEAT")

PEOPLE = ("Ada Tarn", "Iain of the Ferry", "Professor Moss")

COUNTRIES = ("DE", "IN", "TR", "XY")

# (id, full_name, name, place_type, country, country_code, bounding box west, south, east, north)
PLACES = (
    ("0f1e2d3c4b5a6978", "Inverlochy, Scotland", "Inverlochy", "city", "United Kingdom", "GB",
     (-5.11, 56.81, -5.05, 56.84)),
    ("1a2b3c4d5e6f7081", "Järvenpää, Suomi", "Järvenpää", "city", "Suomi", "FI",
     (25.03, 60.44, 25.15, 60.5)),
    ("2b3c4d5e6f708192", "琵琶湖", "琵琶湖", "poi", "日本", "JP", (136.08, 35.25, 136.08, 35.25)),
    ("3c4d5e6f708192a3", "Titicaca", "Titicaca", "admin", "Bolivia", "BO",
     (-70.0, -16.6, -68.5, -15.2)),
    ("4d5e6f708192a3b4", "Chukotka", "Chukotka", "admin", "Russia", "RU",
     (157.7, 61.8, -169.0, 70.1)),
)  # fmt: skip

# (domain id, domain name, domain description, entity id, entity name)
ANNOTATIONS = (
    ("45", "Brand Vertical", "Top level entities", "900000000000000001", "Boats & Ferries"),
    ("131", "Unified Twitter Taxonomy", "A taxonomy of interests", "900000000000000002", "Weather"),
    ("10", "Person", "Named people", "900000000000000003", "Ada Tarn"),
    ("66", "Interests and Hobbies Category", "", "900000000000000004", "Hillwalking"),
)
