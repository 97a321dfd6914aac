// `npm test`: sets the clone up and runs every check that needs nothing but Node and npm.
// `node scripts/test.mjs STAGE…` runs only the stages named.
import { runStages, stages } from "./stages.mjs";

const named = process.argv.slice(2);
runStages(named.length > 0 ? named : stages.map(({ name }) => name));
