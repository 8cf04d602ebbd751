// The cache of pages that were read; worker/keep.js, which can import nothing, fills it under the same name.
export const PAGES = "captionflow-pages-1";
