// `npm start`: sets the clone up and runs the main job, `quorate up`, in this very process, so that Ctrl-C and the
// exit code need no forwarding.
import { ensureReady } from "./setup.mjs";

ensureReady();
process.argv.splice(2, 0, "up");
await import("../dist/cli/main.js");
