// A screen stays open for days: it takes its font whenever that comes. A page that is read keeps the one it began with, so
// that its words don't move (`font-display: optional` in the style sheet).
document.fonts.forEach((face) => { face.display = "swap"; });
