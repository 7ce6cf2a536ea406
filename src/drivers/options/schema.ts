/** The schema of a driver's options: each by itself, and what of it has to be there together. */

import { z } from "zod";

/** An object reads each option by itself; `byTransport` adds which of them have to be there together. */
export type OptionsSchema = z.ZodObject | z.ZodPipe<z.ZodObject, z.ZodType<object>>;

/**
 * Options of a device with several transports. Each is read by itself first, so that every fault in them is found;
 * then those of the chosen transport have to be complete.
 * @param transports a discriminated union; its messages are half sentences for people
 * @param choose fills in the transport where none is named
 */
export function byTransport<Each extends z.ZodObject, Whole extends z.ZodType<object>>(
  options: Each,
  transports: Whole,
  choose: (chosen: z.output<Each>) => object = (chosen) => chosen,
): z.ZodPipe<Each, z.ZodTransform<z.output<Whole>, z.output<Each>>> {
  return options.transform((chosen, context) => {
    const whole = transports.safeParse(choose(chosen));
    if (whole.success) return whole.data;
    for (const { path, message } of whole.error.issues) context.addIssue({ code: "custom", path: [...path], message });
    return z.NEVER;
  });
}

/** Each option by its key, as a person may write it. */
export function optionsOf(schema: OptionsSchema): z.ZodObject {
  return schema instanceof z.ZodObject ? schema : schema.in;
}

/** The options that people are shown: on the settings page, in the documentation, in hints after a misspelt key. */
export function shownOptions(schema: OptionsSchema): z.ZodObject {
  const shown = Object.entries(optionsOf(schema).shape).filter(
    ([, option]) => !(option instanceof z.ZodType && option.meta()?.["hidden"] === true),
  );
  return z.object(Object.fromEntries(shown));
}

/** Marks an option that people are not shown, such as another address of a cloud for tests. It is read like any other. */
export function hidden<S extends z.ZodType>(option: S): S {
  return option.meta({ hidden: true });
}

/**
 * Takes options that were found right one by one for options that are right together.
 * What is missing for the chosen transport is an issue at its option.
 */
export function complete(schema: OptionsSchema, options: object): z.ZodSafeParseResult<object> {
  return schema instanceof z.ZodObject ? { success: true, data: options } : schema.out.safeParse(options);
}

/** What says how a device is reached. */
interface Address {
  readonly transport?: string | undefined;
  readonly host?: string | undefined;
  readonly topic?: string | undefined;
}

/**
 * Chooses the transport by the address that is written, where none is named.
 * @param direct for a host alone; a topic alone means mqtt
 * @param usual for both, and for neither
 */
export function transportOf(
  direct: string,
  usual: string,
): <A extends Address>(chosen: A) => A & { transport: string } {
  return (chosen) => {
    const { host, topic } = chosen;
    const alone = topic === undefined ? direct : "mqtt";
    const transport = chosen.transport ?? ((host === undefined) === (topic === undefined) ? usual : alone);
    return { ...chosen, transport };
  };
}

/** An option that the chosen transport needs. Its text has been read before. @param message half a sentence, for people */
export function needed(message: string) {
  return z.string(message);
}
