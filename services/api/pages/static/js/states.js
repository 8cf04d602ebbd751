// What a session's status is called on the pages.
export const STATES = { live: "Live", finished: "Finished", scheduled: "Not yet begun" };
