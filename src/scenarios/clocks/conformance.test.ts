import { conformance } from "../../../test/conformance/suite.ts";
import { clocksScenarios } from "./index.ts";

conformance(clocksScenarios);
