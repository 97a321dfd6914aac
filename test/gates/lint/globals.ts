export const now: unknown = new Date(); // ✗ lint/style/noRestrictedGlobals
export const weak: unknown = new WeakRef({}); // ✗ lint/style/noRestrictedGlobals
export const registry: unknown = new FinalizationRegistry(() => {}); // ✗ lint/style/noRestrictedGlobals
export const intl: unknown = Intl; // ✗ lint/style/noRestrictedGlobals
export const shared: unknown = SharedArrayBuffer; // ✗ lint/style/noRestrictedGlobals
export const atomics: unknown = Atomics; // ✗ lint/style/noRestrictedGlobals
export const hidden: unknown = globalThis; // ✗ lint/style/noRestrictedGlobals
export const compiled: unknown = Function; // ✗ lint/style/noRestrictedGlobals
