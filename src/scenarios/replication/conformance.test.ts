import { conformance } from "../../../test/conformance/suite.ts";
import { replicationScenarios } from "./index.ts";

conformance(replicationScenarios);
