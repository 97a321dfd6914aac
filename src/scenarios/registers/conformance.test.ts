import { conformance } from "../../../test/conformance/suite.ts";
import { registersScenarios } from "./index.ts";

conformance(registersScenarios);
