import type { Language } from './language.ts'
import type { Topic } from './topics.ts'

type ReplyTopic = Exclude<Topic, 'orders' | 'person'>

interface Phrases {
  /** In front of a knowledge passage, and behind it. */
  lead: string
  close: string
  mark: string
  replies: Record<ReplyTopic, string>
}

/** A shop's words without facts that nobody gave: what is unknown, somebody will check. */
export const phrases: Record<Language, Phrases> = {
  en: {
    lead: 'Thanks for your message!',
    close: 'Let us know if there is anything else.',
    mark: '(sandbox draft)',
    replies: {
      returns:
        'Thanks for getting in touch! You can send it back or exchange it. Tell us your order number and we will write to you with the next step.',
      shipping:
        'Thanks for asking! Yes, we can send it to you. Tell us the country and what you would like, and we will check the cost and how long it takes.',
      hours: 'It would be lovely to see you! We will check our opening hours for that day and get back to you shortly.',
      prices: 'Thanks for your interest! Tell us which piece you mean and we will send you the price right away.',
      sizes: 'Good question! We will measure it for you and send you the exact size. How do you plan to use it?',
      stock: 'We are glad you like it! We will check when it is back and let you know here.',
      care: 'Good question! We will check with the workshop what is best for this piece and write to you.',
      booking: 'We would love to have you here! Which day suits you, and how many people will you be?',
      thanks: 'Thank you so much, that makes our day! 💛',
      greeting: 'Hello! How can we help you?',
      picture: 'Thanks for the picture! What would you like to know about it?',
      other: 'Thanks for your message! We will look into it and get back to you shortly.',
    },
  },
  de: {
    lead: 'Danke für deine Nachricht!',
    close: 'Melde dich gern, wenn noch etwas offen ist.',
    mark: '(Sandbox-Entwurf)',
    replies: {
      returns:
        'Danke für deine Nachricht! Du kannst es zurückschicken oder umtauschen. Schreib uns bitte deine Bestellnummer, dann sagen wir dir, wie es weitergeht.',
      shipping:
        'Danke für deine Frage! Ja, wir schicken es dir gern zu. Sag uns bitte das Land und was du möchtest, dann prüfen wir Kosten und Dauer.',
      hours:
        'Wir freuen uns auf euren Besuch! Wir schauen nach, wie wir an dem Tag offen haben, und melden uns gleich.',
      prices:
        'Danke für dein Interesse! Sag uns bitte, welches Stück du meinst, dann schicken wir dir gleich den Preis.',
      sizes: 'Gute Frage! Wir messen für dich nach und schicken dir die genauen Maße. Wofür möchtest du es verwenden?',
      stock: 'Schön, dass es dir gefällt! Wir schauen nach, wann es wieder da ist, und geben dir hier Bescheid.',
      care: 'Gute Frage! Wir fragen in der Werkstatt nach, was für dieses Stück am besten ist, und schreiben dir.',
      booking: 'Wir freuen uns auf dich! Welcher Tag passt dir, und wie viele Personen seid ihr?',
      thanks: 'Vielen Dank, das freut uns sehr! 💛',
      greeting: 'Hallo! Wie können wir dir helfen?',
      picture: 'Danke für das Bild! Was möchtest du dazu wissen?',
      other: 'Danke für deine Nachricht! Wir sehen uns das an und melden uns bald bei dir.',
    },
  },
  es: {
    lead: '¡Gracias por tu mensaje!',
    close: 'Escríbenos si necesitas algo más.',
    mark: '(borrador de prueba)',
    replies: {
      returns:
        '¡Gracias por escribirnos! Puedes devolverlo o cambiarlo. Dinos tu número de pedido y te contamos el siguiente paso.',
      shipping:
        '¡Gracias por preguntar! Sí, podemos enviártelo. Dinos el país y qué te gustaría, y miramos el coste y el plazo.',
      hours: '¡Qué ilusión que vengas! Miramos nuestro horario de ese día y te decimos algo enseguida.',
      prices: '¡Gracias por tu interés! Dinos qué pieza es y te enviamos el precio enseguida.',
      sizes: '¡Buena pregunta! La medimos y te enviamos las medidas exactas. ¿Para qué la quieres usar?',
      stock: '¡Nos alegra que te guste! Miramos cuándo estará disponible y te avisamos por aquí.',
      care: '¡Buena pregunta! Preguntamos en el taller qué es lo mejor para esta pieza y te escribimos.',
      booking: '¡Nos encantará recibirte! ¿Qué día te viene bien y cuántas personas seréis?',
      thanks: '¡Muchísimas gracias, nos alegras el día! 💛',
      greeting: '¡Hola! ¿En qué podemos ayudarte?',
      picture: '¡Gracias por la foto! ¿Qué te gustaría saber?',
      other: '¡Gracias por tu mensaje! Lo miramos y te respondemos pronto.',
    },
  },
  fr: {
    lead: 'Merci pour votre message !',
    close: 'Écrivez-nous si vous avez d’autres questions.',
    mark: '(brouillon de test)',
    replies: {
      returns:
        'Merci pour votre message ! Vous pouvez le renvoyer ou l’échanger. Donnez-nous votre numéro de commande et nous vous dirons la suite.',
      shipping:
        'Merci pour votre question ! Oui, nous pouvons vous l’envoyer. Dites-nous le pays et la pièce, et nous vérifions le coût et le délai.',
      hours: 'Quel plaisir de vous accueillir ! Nous vérifions nos horaires pour ce jour et vous répondons très vite.',
      prices: 'Merci pour votre intérêt ! Dites-nous de quelle pièce il s’agit et nous vous envoyons le prix.',
      sizes: 'Bonne question ! Nous mesurons la pièce et vous envoyons les dimensions exactes.',
      stock: 'Nous sommes ravis qu’il vous plaise ! Nous vérifions quand il sera de retour et vous prévenons ici.',
      care: 'Bonne question ! Nous demandons à l’atelier ce qui convient à cette pièce et vous écrivons.',
      booking: 'Nous serons ravis de vous recevoir ! Quel jour vous convient, et combien serez-vous ?',
      thanks: 'Merci beaucoup, cela nous fait très plaisir ! 💛',
      greeting: 'Bonjour ! Comment pouvons-nous vous aider ?',
      picture: 'Merci pour la photo ! Que souhaitez-vous savoir ?',
      other: 'Merci pour votre message ! Nous regardons cela et vous répondons bientôt.',
    },
  },
  he: {
    lead: 'תודה על ההודעה!',
    close: 'נשמח לעזור אם יש עוד שאלות.',
    mark: '(טיוטת ניסיון)',
    replies: {
      returns: 'תודה שכתבת! אפשר להחזיר או להחליף. נשמח לקבל את מספר ההזמנה ונכתוב איך ממשיכים.',
      shipping: 'תודה על השאלה! כן, אפשר לשלוח. כתבו לנו לאיזו מדינה ומה תרצו, ונבדוק את המחיר והזמן.',
      hours: 'נשמח לראותכם! נבדוק את שעות הפתיחה ליום הזה ונחזור אליכם.',
      prices: 'תודה על ההתעניינות! כתבו לנו באיזה פריט מדובר ונשלח את המחיר.',
      sizes: 'שאלה טובה! נמדוד ונשלח את המידות המדויקות.',
      stock: 'שמחים שאהבתם! נבדוק מתי זה חוזר למלאי ונעדכן כאן.',
      care: 'שאלה טובה! נבדוק בסדנה מה הכי מתאים לפריט הזה ונכתוב.',
      booking: 'נשמח לארח אתכם! איזה יום מתאים, וכמה אנשים תהיו?',
      thanks: 'תודה רבה, שימחתם אותנו מאוד! 💛',
      greeting: 'שלום! איך אפשר לעזור?',
      picture: 'תודה על התמונה! מה תרצו לדעת?',
      other: 'תודה על ההודעה! נבדוק ונחזור אליכם בהקדם.',
    },
  },
}
