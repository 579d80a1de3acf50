// Looks over what is being typed, in this browser alone: nothing is sent or kept by it.

const CARD_WORD =
  /\b(insurance|member|policy|subscriber|group|medicare|medicaid|medi-cal|ssn|social security|id number|seguro|p[óo]liza|afiliad[oa]|socio|miembro)\b/i;
const LONG_NUMBER = /\b(?=[A-Z0-9-]*\d{4})[A-Z0-9]{1,4}-?(?:[A-Z0-9]-?){5,16}\b/i;
const SOCIAL_SECURITY = /\b\d{3}-\d{2}-\d{4}\b/;
const MEDICARE = /\b[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}\b/i;
const MEMBER_ID = /\b[A-Z]{2,4}\d{8,12}\b/; // three letters and nine digits or thereabouts

const NAMED =
  /\b(my (full )?name is|name:|patient:|me llamo|mi nombre es|nombre:|paciente:)\s+\p{L}{2,}/iu;
const CALLED = /\b(?:[Ii] am|[Ii]['’]m|[Tt]his is|[Ss]oy)\s+\p{Lu}\p{Ll}+\s+\p{Lu}\p{Ll}+/u;
const HEALTH =
  /\b(depress\w*|anxi\w*|bipolar|ptsd|schizo\w*|diagnos\w*|medication\w*|meds|prescri\w*|mg|milligrams?|dose|pregnan\w*|therapy|treatment\w*|infusion\w*|pain|ketamine|symptom\w*|depresi\w*|ansiedad|diagn[óo]stic\w*|medicament\w*|medicina\w*|dosis|embaraz\w*|tratamiento\w*|dolor|ketamina|s[íi]ntoma\w*|receta\w*)\b/iu;

/** "insurance", "name" or null: what the visitor had better leave out. */
export function warningFor(text) {
  const numbered = CARD_WORD.test(text) && LONG_NUMBER.test(text);
  if (numbered || [SOCIAL_SECURITY, MEDICARE, MEMBER_ID].some((number) => number.test(text))) {
    return "insurance";
  }
  return (NAMED.test(text) || CALLED.test(text)) && HEALTH.test(text) ? "name" : null;
}
