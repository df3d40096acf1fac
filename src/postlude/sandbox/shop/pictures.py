"""The hats of the shop, drawn."""

_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 280" role="img">'
_STRAW = (
    '<rect width="480" height="280" fill="#f6ead2"/>'
    '<circle cx="392" cy="66" r="34" fill="#f4c95d"/>'
    '<ellipse cx="240" cy="196" rx="176" ry="40" fill="#d9b26a"/>'
    '<ellipse cx="240" cy="188" rx="176" ry="38" fill="#e8c987"/>'
    '<path d="M150 186c0-70 30-108 90-108s90 38 90 108c-40 18-140 18-180 0z" fill="#edd49b"/>'
    '<path d="M150 186c-1-14 0-24 2-34 44 18 132 18 176 0 2 10 3 20 2 34-40 18-140 18-180 0z" '
    'fill="#2b5a9b"/><path d="M168 128q72 22 144 0M184 102q56 14 112 0" fill="none" '
    'stroke="#d9b26a" stroke-width="3"/>'
)
_FELT = (
    '<rect width="480" height="280" fill="#e4e9e6"/>'
    '<ellipse cx="240" cy="200" rx="168" ry="34" fill="#30463f"/>'
    '<ellipse cx="240" cy="192" rx="168" ry="32" fill="#3d5a50"/>'
    '<path d="M154 190c2-64 16-112 44-112 16 0 26 14 42 14s26-14 42-14c28 0 42 48 44 112'
    '-40 16-132 16-172 0z" fill="#456a5d"/>'
    '<path d="M154 190c0-12 1-22 3-32 44 16 122 16 166 0 2 10 3 20 3 32-40 16-132 16-172 0z" '
    'fill="#1f2f2a"/><path d="M300 150q26-44 58-54-10 38-46 62z" fill="#c8553d"/>'
)
PICTURES = {
    name: f"{_HEAD}{body}</svg>" for name, body in {"straw-hat": _STRAW, "felt-hat": _FELT}.items()
}
