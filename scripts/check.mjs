// `npm run check`: the quick gates, without running any test.
import { runStages } from "./stages.mjs";

runStages(["install", "build", "types", "lint", "style", "unused"]);
