import { conformance } from "../../../test/conformance/suite.ts";
import { broadcastScenarios } from "./index.ts";

conformance(broadcastScenarios);
