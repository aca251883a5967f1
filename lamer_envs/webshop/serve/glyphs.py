"""The drawings that stand in for product photographs.

Each drawing fills a square of 120 by 120. `{c}` is the product's colour, `{d}` a darker shade of
it, `{l}` a lighter one.
"""

from __future__ import annotations

GLYPHS: dict[str, str] = {
    "shoe": (
        '<path d="M20 78V52c0-5 5-7 8-3 5 6 14 6 19 0l3-3 22 21c4 3 8 5 14 6 11 2 16 6 16 '
        '14v3z" fill="{c}" stroke="{d}"/>'
        '<path d="M16 84h88v4a7 7 0 0 1-7 7H23a7 7 0 0 1-7-7z" fill="{l}" stroke="{d}"/>'
        '<path d="M52 58l9-6M60 66l9-6M68 73l8-6" stroke="{l}" stroke-width="4" '
        'stroke-linecap="round"/>'
    ),
    "boot": (
        '<path d="M38 20h32v44c0 6 4 9 12 11 12 3 20 6 20 17H38z" fill="{c}" stroke="{d}"/>'
        '<path d="M34 92h72v7H34zM38 20h32v9H38z" fill="{d}"/>'
        '<path d="M58 40h12M58 50h12M60 60h10" stroke="{l}" stroke-width="3" '
        'stroke-linecap="round"/>'
    ),
    "sandal": (
        '<path d="M14 82c18 0 28-4 44-4s30 6 48 4c3 8-2 14-10 14H24c-7 0-11-6-10-14z" '
        'fill="{d}"/>'
        '<path d="M54 78c4-18 16-26 34-24 4 8 2 18 0 26" fill="none" stroke="{c}" '
        'stroke-width="9"/>'
        '<path d="M20 80c-2-16 10-24 20-20" fill="none" stroke="{c}" stroke-width="8"/>'
    ),
    "shirt": (
        '<path d="M44 22l-26 14 9 22 11-5v45h44V53l11 5 9-22-26-14c-4 12-28 12-32 0z" '
        'fill="{c}" stroke="{d}"/>'
        '<path d="M44 22c4 14 28 14 32 0" fill="none" stroke="{d}" stroke-width="4"/>'
    ),
    "jacket": (
        '<path d="M44 20L20 34l-6 56 14 3 8-38v45h48V55l8 38 14-3-6-56-24-14-16 10z" fill="{c}" '
        'stroke="{d}"/>'
        '<path d="M60 32v66M44 20l16 14 16-14" fill="none" stroke="{d}" stroke-width="3"/>'
        '<path d="M42 76h10M68 76h10" stroke="{l}" stroke-width="3"/>'
    ),
    "trousers": (
        '<path d="M36 18h48l6 84H69L60 48l-9 54H30z" fill="{c}" stroke="{d}"/>'
        '<path d="M36 18h48l1 9H35z" fill="{d}"/>'
        '<path d="M60 27v18M40 34c0 8-4 10-6 10M80 34c0 8 4 10 6 10" fill="none" stroke="{l}" '
        'stroke-width="2.5"/>'
    ),
    "shorts": (
        '<path d="M32 26h56l10 60H66l-6-28-6 28H22z" fill="{c}" stroke="{d}"/>'
        '<path d="M32 26h56l1 9H31z" fill="{d}"/>'
        '<path d="M60 35v20M36 42c0 8-5 11-8 11M84 42c0 8 5 11 8 11" fill="none" stroke="{l}" '
        'stroke-width="2.5"/>'
    ),
    "dress": (
        '<path d="M46 16h6c2 8 14 8 16 0h6l4 30-5 8 17 48H30l17-48-5-8z" fill="{c}" '
        'stroke="{d}"/>'
        '<path d="M47 54h26" stroke="{d}" stroke-width="5"/>'
        '<path d="M52 66l-6 30M60 66v32M68 66l6 30" stroke="{l}" stroke-width="2.5"/>'
    ),
    "hat": (
        '<path d="M28 74c0-30 14-46 32-46s32 16 32 46z" fill="{c}" stroke="{d}"/>'
        '<rect x="22" y="70" width="76" height="18" rx="9" fill="{l}" stroke="{d}"/>'
        '<circle cx="60" cy="25" r="8" fill="{l}" stroke="{d}"/>'
    ),
    "sock": (
        '<path d="M44 16h30v48c0 6-2 10-6 14L52 96c-7 7-19 7-26-1-5-7-4-15 2-20l16-13z" '
        'fill="{c}" stroke="{d}"/>'
        '<path d="M44 16h30v11H44z" fill="{l}" stroke="{d}"/>'
        '<path d="M44 36h30M44 44h30" stroke="{l}" stroke-width="3"/>'
    ),
    "bag": (
        '<path d="M44 34v-8a16 16 0 0 1 32 0v8" fill="none" stroke="{d}" stroke-width="6"/>'
        '<rect x="26" y="32" width="68" height="70" rx="16" fill="{c}" stroke="{d}"/>'
        '<rect x="36" y="62" width="48" height="30" rx="8" fill="{l}" stroke="{d}"/>'
        '<path d="M36 72h48" stroke="{d}" stroke-width="3"/>'
    ),
    "watch": (
        '<path d="M46 12h28l3 26H43zM46 108h28l3-26H43z" fill="{d}"/>'
        '<circle cx="60" cy="60" r="28" fill="{c}" stroke="{d}"/>'
        '<circle cx="60" cy="60" r="20" fill="{l}"/>'
        '<path d="M60 47v13l9 6" fill="none" stroke="{d}" stroke-width="4" '
        'stroke-linecap="round"/>'
    ),
    "bottle": (
        '<path d="M52 14h16v18c0 4 14 8 14 20v46a8 8 0 0 1-8 8H46a8 8 0 0 1-8-8V52c0-12 14-16 '
        '14-20z" fill="{c}" stroke="{d}"/>'
        '<rect x="49" y="12" width="22" height="12" rx="3" fill="{d}"/>'
        '<rect x="38" y="60" width="44" height="28" fill="{l}"/>'
        '<path d="M46 70h28M46 78h18" stroke="{d}" stroke-width="3"/>'
    ),
    "pump": (
        '<path d="M60 12v20M60 14H40v8" fill="none" stroke="{d}" stroke-width="6"/>'
        '<rect x="50" y="28" width="20" height="12" fill="{d}"/>'
        '<rect x="34" y="38" width="52" height="68" rx="12" fill="{c}" stroke="{d}"/>'
        '<rect x="34" y="56" width="52" height="30" fill="{l}"/>'
        '<path d="M43 66h34M43 75h22" stroke="{d}" stroke-width="3"/>'
    ),
    "jar": (
        '<rect x="30" y="28" width="60" height="20" rx="6" fill="{d}"/>'
        '<path d="M26 50h68v36a16 16 0 0 1-16 16H42a16 16 0 0 1-16-16z" fill="{c}" '
        'stroke="{d}"/>'
        '<rect x="26" y="60" width="68" height="24" fill="{l}"/>'
        '<path d="M42 68h36M50 76h20" stroke="{d}" stroke-width="3"/>'
    ),
    "tube": (
        '<path d="M34 14h52l-8 74H42z" fill="{c}" stroke="{d}"/>'
        '<path d="M34 14h52v9H34z" fill="{l}" stroke="{d}"/>'
        '<rect x="44" y="88" width="32" height="18" rx="4" fill="{d}"/>'
        '<path d="M50 40h20M50 50h20M53 60h10" stroke="{l}" stroke-width="4"/>'
    ),
    "lipstick": (
        '<path d="M46 52V28l28-14v38z" fill="{c}" stroke="{d}"/>'
        '<rect x="42" y="52" width="36" height="16" fill="{l}" stroke="{d}"/>'
        '<rect x="36" y="68" width="48" height="38" rx="4" fill="{d}"/>'
    ),
    "brush": (
        '<rect x="52" y="14" width="16" height="60" rx="8" fill="{c}" stroke="{d}"/>'
        '<rect x="48" y="66" width="24" height="14" fill="{d}"/>'
        '<path d="M46 80h28l4 18c-8 8-28 8-36 0z" fill="{l}" stroke="{d}"/>'
    ),
    "toothbrush": (
        '<rect x="14" y="62" width="92" height="12" rx="6" fill="{c}" stroke="{d}"/>'
        '<path d="M70 44h32v18H70z" fill="{l}" stroke="{d}"/>'
        '<path d="M78 44v18M86 44v18M94 44v18" stroke="{d}" stroke-width="2"/>'
        '<rect x="20" y="66" width="26" height="4" rx="2" fill="{l}"/>'
    ),
    "dryer": (
        '<path d="M20 26h52a24 24 0 0 1 0 48H20l8-24z" fill="{c}" stroke="{d}"/>'
        '<path d="M14 22h12v56H14z" fill="{d}"/>'
        '<path d="M62 72h22l-6 34H66z" fill="{c}" stroke="{d}"/>'
        '<circle cx="72" cy="50" r="14" fill="{l}" stroke="{d}"/>'
        '<circle cx="72" cy="50" r="5" fill="{d}"/>'
        '<path d="M68 84h6" stroke="{l}" stroke-width="4"/>'
    ),
    "chocolate": (
        '<path d="M34 14h52v56H34z" fill="{d}"/>'
        '<path d="M40 20h18v20H40zM62 20h18v20H62zM40 44h18v20H40zM62 44h18v20H62z" '
        'fill="#7b4f32"/>'
        '<path d="M28 56l8-6 8 6 8-6 8 6 8-6 8 6 8-6 8 6v46a6 6 0 0 1-6 6H34a6 6 0 0 1-6-6z" '
        'fill="{c}" stroke="{d}"/>'
        '<path d="M40 74h40v18H40z" fill="{l}"/>'
    ),
    "pouch": (
        '<path d="M30 18h60l6 20-4 62c0 4-3 6-6 6H34c-3 0-6-2-6-6l-4-62z" fill="{c}" '
        'stroke="{d}"/>'
        '<path d="M30 18h60l3 11H27z" fill="{d}"/>'
        '<circle cx="60" cy="66" r="20" fill="{l}"/>'
        '<path d="M51 68c4 8 14 8 18 0M60 54v8" fill="none" stroke="{d}" stroke-width="3.5" '
        'stroke-linecap="round"/>'
    ),
    "carton": (
        '<path d="M26 40l34-14 34 14v56l-34 12-34-12z" fill="{c}" stroke="{d}"/>'
        '<path d="M26 40l34 13 34-13M60 53v55" fill="none" stroke="{d}" stroke-width="3"/>'
        '<path d="M43 33l34 13v16" fill="none" stroke="{l}" stroke-width="7"/>'
    ),
    "can": (
        '<path d="M32 30v60c0 8 12 14 28 14s28-6 28-14V30z" fill="{c}" stroke="{d}"/>'
        '<ellipse cx="60" cy="30" rx="28" ry="11" fill="{l}" stroke="{d}"/>'
        '<path d="M32 54c0 7 12 12 28 12s28-5 28-12v22c0 7-12 12-28 12s-28-5-28-12z" '
        'fill="{l}"/>'
        '<ellipse cx="60" cy="29" rx="10" ry="4" fill="{d}"/>'
    ),
    "cup": (
        '<path d="M30 40h52l-5 54a9 9 0 0 1-9 8H44a9 9 0 0 1-9-8z" fill="{c}" stroke="{d}"/>'
        '<path d="M81 52h6a13 13 0 0 1 0 26h-8" fill="none" stroke="{d}" stroke-width="6"/>'
        '<path d="M46 16c-4 6 4 8 0 14M60 16c-4 6 4 8 0 14" fill="none" stroke="{d}" '
        'stroke-width="4" stroke-linecap="round"/>'
    ),
    "candle": (
        '<path d="M60 12c8 10 8 18 0 22-8-4-8-12 0-22z" fill="#f59e0b"/>'
        '<path d="M60 32v12" stroke="{d}" stroke-width="3"/>'
        '<path d="M32 48h56v44a12 12 0 0 1-12 12H44a12 12 0 0 1-12-12z" fill="{c}" '
        'stroke="{d}"/>'
        '<ellipse cx="60" cy="48" rx="28" ry="8" fill="{l}" stroke="{d}"/>'
        '<rect x="42" y="66" width="36" height="20" rx="3" fill="{l}"/>'
    ),
    "headphones": (
        '<path d="M24 76V62a36 36 0 0 1 72 0v14" fill="none" stroke="{d}" stroke-width="8"/>'
        '<rect x="16" y="64" width="24" height="36" rx="11" fill="{c}" stroke="{d}"/>'
        '<rect x="80" y="64" width="24" height="36" rx="11" fill="{c}" stroke="{d}"/>'
        '<rect x="33" y="68" width="7" height="28" rx="3" fill="{l}"/>'
        '<rect x="80" y="68" width="7" height="28" rx="3" fill="{l}"/>'
    ),
    "phone": (
        '<rect x="34" y="12" width="52" height="96" rx="11" fill="{c}" stroke="{d}"/>'
        '<rect x="40" y="22" width="40" height="74" rx="4" fill="{l}"/>'
        '<circle cx="60" cy="102" r="3" fill="{d}"/>'
        '<path d="M48 34h24M48 44h16" stroke="{d}" stroke-width="3"/>'
    ),
    "case": (
        '<rect x="32" y="12" width="56" height="96" rx="14" fill="{c}" stroke="{d}"/>'
        '<rect x="40" y="20" width="26" height="28" rx="8" fill="{d}"/>'
        '<circle cx="48" cy="29" r="5" fill="{l}"/>'
        '<circle cx="58" cy="39" r="5" fill="{l}"/>'
        '<path d="M42 96h36" stroke="{l}" stroke-width="4" stroke-linecap="round"/>'
    ),
    "cable": (
        '<path d="M30 40v30a22 22 0 0 0 44 0V52a12 12 0 0 1 24 0v46" fill="none" stroke="{c}" '
        'stroke-width="8"/>'
        '<rect x="18" y="22" width="24" height="26" rx="4" fill="{d}"/>'
        '<path d="M24 12v10M36 12v10" stroke="{d}" stroke-width="5"/>'
        '<rect x="90" y="88" width="16" height="20" rx="3" fill="{d}"/>'
    ),
    "speaker": (
        '<rect x="32" y="14" width="56" height="92" rx="12" fill="{c}" stroke="{d}"/>'
        '<circle cx="60" cy="74" r="20" fill="{l}" stroke="{d}"/>'
        '<circle cx="60" cy="74" r="8" fill="{d}"/>'
        '<circle cx="60" cy="36" r="9" fill="{l}" stroke="{d}"/>'
    ),
    "keyboard": (
        '<rect x="10" y="38" width="100" height="48" rx="8" fill="{c}" stroke="{d}"/>'
        '<path d="M20 50h80M20 61h80" stroke="{l}" stroke-width="7" stroke-dasharray="7 4"/>'
        '<path d="M36 74h48" stroke="{l}" stroke-width="7" stroke-linecap="round"/>'
    ),
    "mouse": (
        '<rect x="36" y="20" width="48" height="80" rx="24" fill="{c}" stroke="{d}"/>'
        '<path d="M60 20v34M36 54h48" stroke="{d}" stroke-width="3"/>'
        '<rect x="56" y="32" width="8" height="16" rx="4" fill="{l}"/>'
    ),
    "screen": (
        '<rect x="12" y="22" width="96" height="62" rx="7" fill="{d}"/>'
        '<rect x="18" y="28" width="84" height="50" rx="3" fill="{c}"/>'
        '<path d="M18 70l24-24 18 16 14-12 28 28H18z" fill="{l}"/>'
        '<path d="M52 84h16v12H52zM40 96h40v6H40z" fill="{d}"/>'
    ),
    "tablet": (
        '<rect x="22" y="14" width="76" height="92" rx="10" fill="{c}" stroke="{d}"/>'
        '<rect x="30" y="24" width="60" height="70" rx="3" fill="{l}"/>'
        '<path d="M38 36h14v14H38zM60 36h14v14H60zM38 58h14v14H38z" fill="{d}"/>'
        '<circle cx="60" cy="100" r="3" fill="{d}"/>'
    ),
    "projector": (
        '<rect x="14" y="44" width="92" height="42" rx="9" fill="{c}" stroke="{d}"/>'
        '<circle cx="40" cy="65" r="15" fill="{l}" stroke="{d}"/>'
        '<circle cx="40" cy="65" r="7" fill="{d}"/>'
        '<path d="M68 58h26M68 66h26M68 74h26" stroke="{l}" stroke-width="3"/>'
        '<path d="M24 86v9M96 86v9" stroke="{d}" stroke-width="6"/>'
        '<path d="M28 38L18 18M40 36V14M52 38l10-20" stroke="{l}" stroke-width="4" '
        'stroke-linecap="round"/>'
    ),
    "camera": (
        '<path d="M42 34l6-12h24l6 12z" fill="{d}"/>'
        '<rect x="14" y="34" width="92" height="62" rx="10" fill="{c}" stroke="{d}"/>'
        '<circle cx="60" cy="65" r="22" fill="{l}" stroke="{d}"/>'
        '<circle cx="60" cy="65" r="11" fill="{d}"/>'
        '<circle cx="92" cy="46" r="4" fill="{l}"/>'
    ),
    "battery": (
        '<rect x="28" y="20" width="64" height="84" rx="12" fill="{c}" stroke="{d}"/>'
        '<rect x="48" y="12" width="24" height="9" rx="3" fill="{d}"/>'
        '<path d="M64 36L46 66h14l-4 24 20-32H62z" fill="{l}" stroke="{d}"/>'
    ),
    "bulb": (
        '<path d="M60 12a32 32 0 0 0-18 58c4 4 6 7 6 12h24c0-5 2-8 6-12a32 32 0 0 0-18-58z" '
        'fill="{c}" stroke="{d}"/>'
        '<path d="M48 86h24M50 95h20M54 104h12" stroke="{d}" stroke-width="6" '
        'stroke-linecap="round"/>'
        '<path d="M46 42a15 15 0 0 1 12-13" fill="none" stroke="{l}" stroke-width="5" '
        'stroke-linecap="round"/>'
    ),
    "lamp": (
        '<path d="M42 14h36l18 42H24z" fill="{c}" stroke="{d}"/>'
        '<path d="M60 56v42" stroke="{d}" stroke-width="6"/>'
        '<rect x="38" y="96" width="44" height="9" rx="4" fill="{d}"/>'
        '<path d="M34 50l12-28" stroke="{l}" stroke-width="4" stroke-linecap="round"/>'
    ),
    "sofa": (
        '<path d="M24 58V42a12 12 0 0 1 12-12h48a12 12 0 0 1 12 12v16z" fill="{c}" '
        'stroke="{d}"/>'
        '<path d="M12 60a9 9 0 0 1 18 0v12h60V60a9 9 0 0 1 18 0v30H12z" fill="{c}" '
        'stroke="{d}"/>'
        '<rect x="30" y="62" width="60" height="14" rx="4" fill="{l}" stroke="{d}"/>'
        '<path d="M22 90v10M98 90v10" stroke="{d}" stroke-width="6"/>'
    ),
    "chair": (
        '<rect x="36" y="14" width="48" height="46" rx="9" fill="{c}" stroke="{d}"/>'
        '<rect x="30" y="60" width="60" height="14" rx="5" fill="{l}" stroke="{d}"/>'
        '<path d="M36 74l-6 32M84 74l6 32M48 74v22M72 74v22" stroke="{d}" stroke-width="5" '
        'stroke-linecap="round"/>'
    ),
    "table": (
        '<rect x="10" y="40" width="100" height="12" rx="4" fill="{c}" stroke="{d}"/>'
        '<path d="M22 52v50M98 52v50" stroke="{d}" stroke-width="7"/>'
        '<path d="M22 68h76" stroke="{c}" stroke-width="6"/>'
        '<path d="M74 40V26h16v14" fill="{l}" stroke="{d}"/>'
    ),
    "bed": (
        '<path d="M14 28v72M106 66v34" stroke="{d}" stroke-width="7"/>'
        '<path d="M14 62h80a12 12 0 0 1 12 12v14H14z" fill="{c}" stroke="{d}"/>'
        '<rect x="20" y="46" width="32" height="18" rx="7" fill="{l}" stroke="{d}"/>'
        '<path d="M14 88h92" stroke="{d}" stroke-width="5"/>'
    ),
    "pillow": (
        '<path d="M18 38c8-8 14-4 42-4s34-4 42 4c-5 14-5 30 0 44-8 8-14 4-42 4s-34 4-42-4c5-14 '
        '5-30 0-44z" fill="{c}" stroke="{d}"/>'
        '<path d="M38 50l44 22M82 50L38 72" stroke="{l}" stroke-width="4" '
        'stroke-linecap="round"/>'
    ),
    "blanket": (
        '<path d="M20 30h80v56H20z" fill="{c}" stroke="{d}"/>'
        '<path d="M20 46h80M20 70h80M42 30v56M78 30v56" stroke="{l}" stroke-width="4"/>'
        '<path d="M24 86v12M34 86v12M44 86v12M54 86v12M66 86v12M76 86v12M86 86v12M96 86v12" '
        'stroke="{d}" stroke-width="3"/>'
    ),
    "curtain": (
        '<path d="M12 18h96" stroke="{d}" stroke-width="7" stroke-linecap="round"/>'
        '<path d="M20 20h36c0 34-8 62-30 82h-6zM100 20H64c0 34 8 62 30 82h6z" fill="{c}" '
        'stroke="{d}"/>'
        '<path d="M32 22c0 28-2 50-8 70M44 22c0 30-6 48-14 64M88 22c0 28 2 50 8 70M76 22c0 30 6 '
        '48 14 64" fill="none" stroke="{l}" stroke-width="3"/>'
    ),
    "shelf": (
        '<rect x="24" y="14" width="72" height="92" rx="4" fill="{c}" stroke="{d}"/>'
        '<path d="M32 24h56v20H32zM32 52h56v20H32zM32 80h56v18H32z" fill="{l}" stroke="{d}"/>'
        '<path d="M40 28v16M46 28v16M53 30v14M70 58v14M78 56v16" stroke="{d}" '
        'stroke-width="4"/>'
    ),
    "mirror": (
        '<ellipse cx="60" cy="54" rx="34" ry="42" fill="{c}" stroke="{d}"/>'
        '<ellipse cx="60" cy="54" rx="26" ry="34" fill="#dbeafe"/>'
        '<path d="M46 60l20-26M56 68l16-20" stroke="#ffffff" stroke-width="5" '
        'stroke-linecap="round"/>'
        '<path d="M44 106h32l-6-12H50z" fill="{d}"/>'
    ),
    "parcel": (
        '<path d="M18 40l42-20 42 20v44L60 104 18 84z" fill="{c}" stroke="{d}"/>'
        '<path d="M18 40l42 20 42-20M60 60v44" fill="none" stroke="{d}" stroke-width="3"/>'
        '<path d="M39 30l42 20v16" fill="none" stroke="{l}" stroke-width="8"/>'
    ),
}
