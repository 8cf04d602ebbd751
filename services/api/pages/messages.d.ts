// What the pages' scripts get from the API, for tsc alone: nothing of this is served. The fields are those of
// services/http/openapi.json; tests/unit/test_page_messages.py holds them to it.

export interface Session {
  id: string;
  version: number;
  created_at: string;
  updated_at: string;
  title: string;
  event: string;
  room: string;
  date: string | null;
  languages: string[];
  starts_at: string | null;
  ends_at: string | null;
  status: "scheduled" | "live" | "finished";
  edition: string | null;
  about: string;
  speakers: Record<string, string>;
  demo: boolean;
  ends_after_minutes: number | null;
  closed: boolean;
  v: number;
}

export interface Note {
  text: string;
  at: number;
}

export interface Stamp {
  offset: number;
  at: string | number;
  until?: string | number | null;
}

export interface Apart {
  text: string;
  why: "head" | "furniture" | "mark" | "end";
  at: number;
}

export interface SpeakerFigures {
  speaker: string;
  turns: number;
  words: number;
  first_turn: string;
}

export interface Figures {
  session: string;
  language: string;
  last_seq: number;
  seconds: number;
  words: number;
  turns: number;
  speakers: SpeakerFigures[];
  more_speakers: boolean;
}

/** What belongs on a room's screen, what comes next, and what is there; an answer for the pages alone. */
export type RoomNow = Record<"on" | "next" | "shown", Session | null>;

/** A part as a snapshot has it: what has its default is left out. */
export interface Part {
  turn_id: string;
  number: number;
  session: string;
  language: string;
  ordinal: number;
  version: number;
  speaker?: string | null;
  role?: boolean;
  paragraphs?: string[];
  notes?: Note[];
  apart?: Apart[];
  stamps?: Stamp[];
  times?: number[];
  interim?: string;
  continues?: boolean;
  closed?: boolean;
  given?: boolean;
  retracted?: boolean;
}

/** Some of a transcript; what has its default is left out. */
export interface Stretch {
  seq: number;
  parts?: Part[];
  earlier?: string | null;
  begin?: string | null;
}

/** What changed in a part: what has not changed is left out. */
export interface PartDelta {
  turn_id: string;
  number: number;
  version: number;
  base: number;
  keep: number;
  text: string;
  ordinal?: number;
  speaker?: string | null;
  role?: boolean;
  continues?: boolean;
  given?: boolean;
  notes?: Note[];
  apart?: Apart[];
  stamps?: Stamp[];
  times?: number[];
  times_keep?: number;
  interim?: string;
  closed?: boolean;
  retracted?: boolean;
}

export interface Snapshot {
  session?: Session;
  seq: number;
  parts: Part[];
  earlier?: string;
  begin?: string | null;
}

export interface Delta {
  seq: number;
  parts: PartDelta[];
}

/** An event of the stream, or of a long poll's answer. */
export type LiveEvent =
  | { event: "snapshot"; data: Snapshot }
  | { event: "delta"; data: Delta }
  | { event: "session"; data: Session }
  | { event: "interrupted"; data: { since: string; seconds: number } }
  | { event: "off_record"; data: { since: string | null; keep: number; text: string } }
  | { event: "reset"; data: { reason: string } }
  | { event: "finished"; data: { seq: number } };

export interface Poll {
  events: LiveEvent[];
}

export interface SourceWarning {
  code: string;
  detail: string;
  count: number;
  first_at: string;
  last_at: string;
}

/** What one ingest process knows of a source. */
export interface SourceReport {
  session: string;
  language: string;
  source: string;
  door: string;
  process: string;
  at: string;
  since: string;
  last_word_at: string | null;
  words: number;
  words_a_minute: number;
  delay_seconds: number | null;
  warnings: SourceWarning[];
  hands_over: HandOver | null;
  v: number;
}

export interface HandOver {
  to: string;
  at: string;
}

/** A key as it is listed, which is not the key itself. */
export interface KeyView {
  id: string;
  name: string;
  role: "admin" | "organiser" | "captioner" | "viewer";
  event: string | null;
  session: string | null;
  language: string | null;
  created_at: string;
  created_by: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface AuditEntry {
  at: string;
  action: string;
  by: string | null;
  subject: string;
  event: string;
  detail: string;
  v: number;
}

/** Whose words count in a language of a session, and whose wait. */
export interface OnAir {
  source: string;
  spares: string[];
  after_seconds: number;
}
