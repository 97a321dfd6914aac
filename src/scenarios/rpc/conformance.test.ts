import { conformance } from "../../../test/conformance/suite.ts";
import { rpcScenarios } from "./index.ts";

conformance(rpcScenarios);
