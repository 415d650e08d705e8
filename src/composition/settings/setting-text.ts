import { durationText } from "./setting-kinds.ts";
import { type Settings, settingKind } from "./settings.ts";

/** Shown in place of a secret. */
export const HIDDEN = "(hidden)";

/**
 * The value as text for people, without secrets; `undefined` if it is not set.
 * @param mongoUriText The part of a MongoDB URI that may be shown. A parameter, because it needs the driver,
 * which most starts do not load.
 */
export function settingText(
  name: keyof Settings,
  value: Settings[keyof Settings],
  mongoUriText: (uri: string) => string = () => HIDDEN,
): string | undefined {
  if (value === undefined) return undefined;
  switch (settingKind(name)) {
    case "secret":
      return HIDDEN;
    case "mongo_uri":
      return mongoUriText(value as string);
    case "clients":
      return (value as Settings["INTROSPECTION_CLIENTS"]).map(({ id }) => id).join(",");
    case "duration":
      return durationText(value as number);
    case "moment":
      return (value as Date).toISOString();
    case "sender":
      return senderText(value as NonNullable<Settings["MAIL_FROM"]>);
    case "plain":
      return String(value);
  }
}

function senderText({ name, address }: NonNullable<Settings["MAIL_FROM"]>): string {
  return name === "" ? address : `${name} <${address}>`;
}
