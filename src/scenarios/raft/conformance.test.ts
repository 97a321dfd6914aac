import { conformance } from "../../../test/conformance/suite.ts";
import { raftScenarios } from "./index.ts";

conformance(raftScenarios);
