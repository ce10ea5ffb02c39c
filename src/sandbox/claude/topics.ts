/** What a message may be about; the first that fits counts. */
const topics = {
  orders:
    /ignore (all |any |your )?(previous |prior )?(instructions|rules)|system prompt|ignorier\p{L}* .{0,20}anweisung|ignora .{0,20}instrucciones|you are now|jailbreak/u,
  person:
    /refund|money back|lawyer|attorney|\blegal|\bsue\b|court|scam|fraud|broken|arrived damaged|geld zur|rückerstatt|erstatt|anwalt|betrug|beschwer|zerbrochen|kaputt|verärgert|reembols|devuelv\p{L}* (el|mi) dinero|abogad|denunci|estafa|rot[oa]\b|rembours|avocat|arnaque|cassé|החזר|עורך דין|שבור/u,
  returns:
    /\breturn|exchange|send (it|them) back|umtausch|zurückschick|rücksend|retour|zurückgeben|devol|cambi(ar|o)|échang|retourner|להחזיר|להחליף/u,
  shipping:
    /ship|deliver|postage|tracking|parcel|package|versand|versend|liefer|paket|sendung|porto|envío|envio|envía|enviar|entreg|paquete|livr|expédi|colis|משלוח|שולחים/u,
  hours:
    /\bopen|opening|closed|\bhours|geöffnet|\boffen|öffnungszeit|geschlossen|aufhabt|abiert|abrís|abren|horario|cerrad|ouvert|horaires|fermé|פתוח|שעות/u,
  prices:
    /price|cost|how much|expensive|preis|kost(et|en)|wie viel|wieviel|teuer|precio|cuesta|cuánto|vale|prix|coûte|combien|מחיר|כמה עול/u,
  sizes:
    /\bsize|measure|dimension|how (big|large|tall)|\bfit|größe|groß\b|maße|passt|medida|tamaño|talla|cabe|taille|dimensions|גודל|מידות/u,
  stock:
    /coming back|in stock|restock|available|still (make|have|sell)|sold out|online (shop|store)|webshop|lieferbar|vorrätig|ausverkauft|wieder da|noch zu haben|onlineshop|disponible|agotad|tienda en línea|en stock|rupture|במלאי/u,
  care: /dishwasher|microwave|oven|spülmaschine|mikrowelle|backofen|lavavajillas|microondas|horno|lave-vaisselle|micro-ondes|מדיח/u,
  booking: /workshop|course|class\b|book|appointment|reserv|kurs|termin|buchen|taller\b|cita\b|atelier|cours\b|סדנה/u,
  thanks: /thank|\bthx\b|danke|gracias|merci|תודה/u,
  greeting: /^\s*(hey|hi|hello|hallo|servus|hola|bonjour|salut|שלום)[\s!.,👋]*$/u,
} as const

export type Topic = keyof typeof topics | 'picture' | 'other'

export function topicOf(text: string, hasPicture: boolean): Topic {
  const lower = text.toLowerCase()
  for (const [name, words] of Object.entries(topics)) if (words.test(lower)) return name as Topic
  return hasPicture ? 'picture' : 'other'
}

/** Whether a passage is about the topic. */
export function isAbout(text: string, topic: Topic): boolean {
  return topic in topics && topics[topic as keyof typeof topics].test(text.toLowerCase())
}
