// What sources and the doors that they come by are called by people.

const DOORS = /** @type {Record<string, string>} */ ({
  zoom: "Zoom", youtube: "YouTube", teams: "Teams", streamtext: "StreamText", webcaptioner: "Web Captioner", jigasi: "Jigasi",
  deepgram: "Deepgram", assemblyai: "AssemblyAI", aws: "Amazon Transcribe", speechmatics: "Speechmatics", whisperlive: "WhisperLive",
  json: "JSON", type: "WebSocket",
});

/** @param {string} door */
export const doorName = (door) => DOORS[door] ?? door;

/** A sender without the letters at its end that make it unique; a captioning tool by its key's name, else by its door. @param {string} source */
export function sourceName(source) {
  const [, door, key] = /^post:([^:]*):?(.*)$/s.exec(source) ?? [];
  if (door) return key || doorName(door);
  return source.replace(/-[a-z2-9]{8}$/, "").replace(/^caption-page$/, "Somebody").replace(/-/g, " ");
}
