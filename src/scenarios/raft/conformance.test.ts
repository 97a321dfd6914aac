import { conformance } from "../../../test/conformance/suite.ts";
import { raftScenarios } from "./index.ts";

// A run is dozens of times longer than elsewhere; `npx quorate run consensus/raft --runs 10000` goes on.
conformance(raftScenarios, { seeds: 250, lawSeeds: 6 });
