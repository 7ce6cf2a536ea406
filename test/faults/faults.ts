/** The fault list: each row once, for all devices that it can befall. */

import { answerFaults } from "./answer-faults.js";
import { cloudAccessFaults } from "./cloud-access-faults.js";
import { cloudCommandFaults } from "./cloud-command-faults.js";
import { cloudStreamFaults } from "./cloud-stream-faults.js";
import { connectionFaults } from "./connection-faults.js";
import type { Course, Disturbance } from "./fault.js";
import { httpFaults } from "./http-faults.js";
import { modbusFaults } from "./modbus-faults.js";
import { mqttFaults } from "./mqtt-faults.js";
import { ownFaults } from "./own-faults.js";
import { pushingFaults } from "./pushing-faults.js";
import { writeFaults } from "./write-faults.js";

export const faults: readonly (Disturbance | Course)[] = [
  ...connectionFaults,
  ...answerFaults,
  ...httpFaults,
  ...writeFaults,
  ...modbusFaults,
  ...mqttFaults,
  ...pushingFaults,
  ...cloudAccessFaults,
  ...cloudStreamFaults,
  ...cloudCommandFaults,
  ...ownFaults,
];

/** How many rows each group of the catalogue has. */
export const catalogue = { N: 14, H: 15, C: 15, M: 18, Q: 17 } as const;

/** Rows of the catalogue that concern no driver of ours, and why. */
export const notApplicable: Readonly<Record<string, string>> = {
  "Q-04": "we subscribe to no commands",
  "Q-06": "no driver takes times from payloads",
  "Q-08": "go-e's own use of the sun is not used",
  "Q-13": "we offer no topics to be set",
  "Q-17": "no driver takes times from payloads",
};
