import { conformance } from "../../../test/conformance/suite.ts";
import { consensusScenarios } from "./index.ts";

conformance(consensusScenarios);
