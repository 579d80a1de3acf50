// What the widget says of its own, in both languages. Everything else comes from the desk.

const ENGLISH = {
  title: "Questions to the clinic",
  greeting:
    "Hello. I am an automated assistant, not a person. I answer general questions from the clinic's documents and give no medical advice. A person from our team can answer you too.",
  topicsLabel: "Often asked:",
  topics: [
    { title: "What is ketamine therapy?", payload: "What is ketamine infusion therapy?" },
    {
      title: "Possible side effects",
      payload: "What are the possible side effects of ketamine therapy?",
    },
    { title: "How fast does it work?", payload: "How fast does ketamine therapy work?" },
  ],
  more: "More questions:",
  close: "Close",
  menu: "More choices",
  log: "Conversation",
  label: "Your message",
  send: "Send",
  person: "Talk to a person",
  notice: "Nothing is stored or sent before your first message.",
  noticeBegun: "No medical advice. Please leave out names and numbers.",
  privacy: "Privacy",
  newer: "New message",
  visitor: "You",
  bot: "Automated assistant",
  staff: "Clinic team",
  system: "Notice",
  source: "Source",
  original: "Open the original",
  botInCharge: "Automated assistant",
  personInCharge: (name) => (name ? `${name}, clinic team` : "A person from the clinic's team"),
  botWrites: "The assistant is writing…",
  personWrites: (name) => `${name || "The clinic's team"} is writing…`,
  lines: {
    idle: "",
    connecting: "Connecting…",
    online: "Connected",
    offline: "No connection. Trying again…",
  },
  sending: "Sending…",
  waits: "Not sent yet. It goes out by itself when the line is back.",
  again: "Send again",
  edit: "Change the text",
  helpful: "Was this helpful?",
  yes: "Yes, helpful",
  no: "No, not helpful",
  why: "What was wrong with it?",
  reasons: {
    "not my question": "Not what I asked",
    "hard to understand": "Hard to understand",
    incorrect: "Seems wrong or out of date",
    other: "Something else",
  },
  thanks: "Thank you. The clinic's team sees this.",
  waiting: (place) =>
    place
      ? `You are number ${place} in the queue. The answer will appear here.`
      : "Your request is waiting for our team. The answer will appear here.",
  claimed: (name) => `${name || "A person from our team"} has taken your request.`,
  callback: "Our team has your request for a call back.",
  missed: "Nobody could take your request in time. Our team still sees it.",
  leave: "Leave the queue",
  askCall: "Ask for a call back",
  callTitle: "Ask for a call back",
  callNote:
    "This form is not monitored for emergencies. If you or someone else is in danger, call 911, or call or text 988.",
  callName: "Name",
  callContact: "Phone number or e-mail address",
  callTime: "Best time (optional)",
  callSend: "Ask for the call",
  callMissing: "Please fill in this field.",
  cancel: "Cancel",
  transcript: "Save the conversation as text",
  exportAll: "Save everything kept about it",
  other: "Español",
  end: "End the chat",
  endSure:
    "End the chat? This browser forgets the conversation; the clinic keeps it for its set time.",
  remove: "Delete my conversation",
  removeSure:
    "Delete this conversation, here and at the clinic? This cannot be undone. If you asked for a person, nobody will answer.",
  keep: "Keep it",
  ended: {
    gone: "The earlier conversation cannot be continued here. What you write now starts a new one; if you were waiting for an answer, please ask again.",
    elsewhere: "The conversation was ended in another tab.",
    ended: "You ended the chat. What you write now starts a new one.",
    deleted: "The conversation is deleted. What you write now starts a new one.",
  },
  failed: "That did not work just now. Please try again.",
  tooMany: "Many messages in a short time: this one goes out by itself in a moment.",
  refusals: {
    text_too_long: "The message is too long. Please send it in parts.",
    too_big: "The message is too long. Please send it in parts.",
  },
  notSent: "This message was not sent.",
  danger: "If you or someone else is in danger, call 911. You can call or text 988 at any time.",
  warnings: {
    insurance:
      "This looks like an insurance or identity number. Please leave it out; the clinic will ask for it in a safe way.",
    name: "This looks like a name together with health details. You can leave the name out; nobody needs it here.",
  },
  help: "Help in a crisis",
  helpLine: "In danger or thinking of suicide? Day or night:",
  call: (number) => `Call ${number}`,
  text: (number) => `Text ${number}`,
};

const SPANISH = {
  title: "Preguntas a la clínica",
  greeting:
    "Hola. Soy un asistente automático, no una persona. Respondo preguntas generales con los documentos de la clínica y no doy consejos médicos. También puede responderte una persona de nuestro equipo.",
  topicsLabel: "Preguntas frecuentes:",
  topics: [
    { title: "¿Qué es la terapia con ketamina?", payload: "¿Qué es la terapia con ketamina?" },
    {
      title: "Efectos secundarios",
      payload: "¿Cuáles son los efectos secundarios de la ketamina?",
    },
    { title: "¿Cuánto tarda en actuar?", payload: "¿Cuánto tarda en actuar la ketamina?" },
  ],
  more: "Más preguntas:",
  close: "Cerrar",
  menu: "Más opciones",
  log: "Conversación",
  label: "Tu mensaje",
  send: "Enviar",
  person: "Hablar con una persona",
  notice: "Nada se guarda ni se envía antes de tu primer mensaje.",
  noticeBegun: "No es consejo médico. No escribas nombres ni números.",
  privacy: "Privacidad",
  newer: "Mensaje nuevo",
  visitor: "Tú",
  bot: "Asistente automático",
  staff: "Equipo de la clínica",
  system: "Aviso",
  source: "Fuente",
  original: "Abrir el original",
  botInCharge: "Asistente automático",
  personInCharge: (name) => (name ? `${name}, equipo de la clínica` : "Una persona del equipo"),
  botWrites: "El asistente está escribiendo…",
  personWrites: (name) => `${name || "El equipo de la clínica"} está escribiendo…`,
  lines: {
    idle: "",
    connecting: "Conectando…",
    online: "Conectado",
    offline: "Sin conexión. Intentando de nuevo…",
  },
  sending: "Enviando…",
  waits: "Aún no se ha enviado. Saldrá solo cuando vuelva la conexión.",
  again: "Enviar de nuevo",
  edit: "Cambiar el texto",
  helpful: "¿Te sirvió?",
  yes: "Sí, me sirvió",
  no: "No me sirvió",
  why: "¿Qué estuvo mal?",
  reasons: {
    "not my question": "No es lo que pregunté",
    "hard to understand": "Difícil de entender",
    incorrect: "Parece incorrecto o antiguo",
    other: "Otra cosa",
  },
  thanks: "Gracias. El equipo de la clínica lo ve.",
  waiting: (place) =>
    place
      ? `Eres el número ${place} en la fila. La respuesta aparecerá aquí.`
      : "Tu solicitud espera a nuestro equipo. La respuesta aparecerá aquí.",
  claimed: (name) => `${name || "Una persona de nuestro equipo"} ha tomado tu solicitud.`,
  callback: "Nuestro equipo tiene tu solicitud de llamada.",
  missed: "Nadie pudo tomar tu solicitud a tiempo. Nuestro equipo todavía la ve.",
  leave: "Salir de la fila",
  askCall: "Pedir una llamada",
  callTitle: "Pedir una llamada",
  callNote:
    "Este formulario no se vigila para emergencias. Si tú u otra persona está en peligro, llama al 911, o llama al 988 y oprime 2.",
  callName: "Nombre",
  callContact: "Teléfono o correo electrónico",
  callTime: "Mejor hora (opcional)",
  callSend: "Pedir la llamada",
  callMissing: "Por favor llena este campo.",
  cancel: "Cancelar",
  transcript: "Guardar la conversación como texto",
  exportAll: "Guardar todo lo que se conserva",
  other: "English",
  end: "Terminar el chat",
  endSure:
    "¿Terminar el chat? Este navegador olvida la conversación; la clínica la guarda durante su plazo.",
  remove: "Borrar mi conversación",
  removeSure:
    "¿Borrar esta conversación, aquí y en la clínica? No se puede deshacer. Si pediste una persona, nadie responderá.",
  keep: "Conservarla",
  ended: {
    gone: "La conversación anterior no puede continuar aquí. Lo que escribas ahora inicia una nueva; si esperabas una respuesta, por favor pregunta otra vez.",
    elsewhere: "La conversación se terminó en otra pestaña.",
    ended: "Terminaste el chat. Lo que escribas ahora inicia uno nuevo.",
    deleted: "La conversación está borrada. Lo que escribas ahora inicia una nueva.",
  },
  failed: "Eso no funcionó en este momento. Inténtalo de nuevo.",
  tooMany: "Muchos mensajes en poco tiempo: este saldrá solo en un momento.",
  refusals: {
    text_too_long: "El mensaje es demasiado largo. Envíalo en partes.",
    too_big: "El mensaje es demasiado largo. Envíalo en partes.",
  },
  notSent: "Este mensaje no se envió.",
  danger:
    "Si tú u otra persona está en peligro, llama al 911. Puedes llamar al 988 (oprime 2) en cualquier momento.",
  warnings: {
    insurance:
      "Esto parece un número de seguro o de identidad. Por favor no lo escribas; la clínica lo pedirá de forma segura.",
    name: "Esto parece un nombre junto con datos de salud. Puedes dejar el nombre fuera; aquí nadie lo necesita.",
  },
  help: "Ayuda en una crisis",
  helpLine: "¿En peligro o ideas de suicidio? 988: oprime 2",
  call: (number) => `Llamar ${number}`,
  text: (number) => `AYUDA al ${number}`,
};

const LANGUAGES = { en: ENGLISH, es: SPANISH };

/** The words of a language; `data-title`, `data-greeting` and the like on the page win. */
export function wordsOf(language, dataset) {
  const own = {};
  for (const name of ["title", "greeting", "notice", "person"]) {
    if (dataset[name]) own[name] = dataset[name];
  }
  if (dataset.topics) own.topics = dataset.topics.split("|").map(topicOf).filter(Boolean);
  return { ...LANGUAGES[language], ...own };
}

function topicOf(text) {
  const title = text.trim();
  return title && { title, payload: title };
}
