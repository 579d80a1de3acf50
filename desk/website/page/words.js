// What the page says of its own. Everything else comes from the desk.

const ENGLISH = {
  title: "Questions to the clinic",
  intro:
    "An automated assistant answers general questions from the clinic's documents. It is not a person and gives no medical advice.",
  log: "Conversation",
  label: "Your message",
  send: "Send",
  danger: "In danger, or thinking of suicide? Help is there day and night.",
  crisis: "Help in a crisis",
  call988: "Call 988",
  text988: "Text 988",
  call911: "Call 911",
  visitor: "You",
  bot: "Automated assistant",
  staff: "Clinic team",
  system: "Notice",
  source: "Source",
  writing: "One moment…",
  offline: "No connection. Trying again…",
  again: "Send again",
  edit: "Change the text",
  over: "The earlier conversation cannot be continued here. What you write now starts a new one; if you were waiting for an answer, please ask again.",
  notSent:
    "This message may not have been sent. If you or someone else is in danger, call 911. You can call or text 988 at any time.",
  refusals: {}, // the desk's own messages are in English
};

const DANGER =
  "Si tú u otra persona está en peligro, llama al 911. Puedes llamar al 988 (oprime 2) en cualquier momento.";
const SPANISH = {
  title: "Preguntas a la clínica",
  intro:
    "Un asistente automático responde preguntas generales a partir de los documentos de la clínica. No es una persona y no da consejos médicos.",
  log: "Conversación",
  label: "Tu mensaje",
  send: "Enviar",
  danger: "¿En peligro o piensas en el suicidio? Día y noche; en el 988 oprime 2.",
  crisis: "Ayuda en una crisis",
  call988: "Llamar al 988",
  text988: "AYUDA al 988",
  call911: "Llamar al 911",
  visitor: "Tú",
  bot: "Asistente automático",
  staff: "Equipo de la clínica",
  system: "Aviso",
  source: "Fuente",
  writing: "Un momento…",
  offline: "Sin conexión. Intentando de nuevo…",
  again: "Enviar de nuevo",
  edit: "Cambiar el texto",
  over: "La conversación anterior no puede continuar aquí. Lo que escribas ahora inicia una nueva; si esperabas una respuesta, por favor pregunta otra vez.",
  notSent: `Es posible que este mensaje no se haya enviado. ${DANGER}`,
  refusals: {
    too_big: `El mensaje es demasiado largo. Envíalo en partes. ${DANGER}`,
    text_too_long: `El mensaje es demasiado largo. Envíalo en partes. ${DANGER}`,
    too_many: `Son demasiados mensajes en un minuto. Espera un poco. ${DANGER}`,
  },
};

export const language = navigator.language.toLowerCase().startsWith("es") ? "es" : "en";
export const words = language === "es" ? SPANISH : ENGLISH;

export function translatePage() {
  document.documentElement.lang = language;
  document.title = words.title;
  for (const part of document.querySelectorAll("[data-text]")) {
    part.textContent = words[part.dataset.text];
  }
  for (const part of document.querySelectorAll("[data-label]")) {
    part.setAttribute("aria-label", words[part.dataset.label]);
  }
  document.getElementById("text").placeholder = words.label;
  if (language === "es") document.querySelector('[href="sms:988"]').href = "sms:988?body=AYUDA";
}
