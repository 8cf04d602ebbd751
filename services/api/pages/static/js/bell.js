// Two notes, as at a door.
const TONE = 0.18; // seconds

/** @returns {() => void} a page may sound only after it was touched */
export function bell() {
  /** @type {AudioContext | null} */
  let audio = null;
  return () => {
    audio = audio ?? new AudioContext();
    audio.resume();
    [880, 660].forEach((pitch, place) => {
      if (!audio) return;
      const [tone, loud] = [audio.createOscillator(), audio.createGain()];
      const from = audio.currentTime + place * TONE * 1.3;
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.2, from);
      loud.gain.exponentialRampToValueAtTime(0.001, from + TONE);
      tone.connect(loud).connect(audio.destination);
      tone.start(from);
      tone.stop(from + TONE);
    });
  };
}
