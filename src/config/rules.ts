/** Rules that several parts of the configuration share. */

import { z } from "zod";

/** A, the lowest and the highest current that a control pilot can announce (IEC 61851-1). */
export const pilot = { min: 6, max: 80 } as const;

/** A current that a control pilot can announce, or 0 for a pause. */
export const pilotOrPause = z
  .number()
  .min(0)
  .max(pilot.max)
  .refine((current) => current === 0 || current >= pilot.min, `it takes 0 (pause) or ${pilot.min} to ${pilot.max} A`);

/** A text that is not empty. */
export const text = z.string().min(1).max(256);

/** Name of a circuit. */
export const circuitName = z.string().min(1).max(64);
