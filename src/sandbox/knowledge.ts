/** What the shop knows about itself; whoever connects it may give it to the product, so that drafts have something to cite. */
export const knowledge: readonly { title: string; body: string }[] = [
  {
    title: 'Shipping',
    body: 'We ship all over the European Union. A parcel takes two days within Austria and five to seven days to other countries, Sweden included. Shipping costs 6 euros within Austria and 14 euros elsewhere.',
  },
  {
    title: 'Öffnungszeiten',
    body: 'Das Atelier ist Dienstag bis Freitag von 10 bis 18 Uhr und am Samstag von 10 bis 16 Uhr offen. Sonntag und Montag ist geschlossen.',
  },
  {
    title: 'Medidas del cuenco grande',
    body: 'El cuenco azul grande mide 28 cm de diámetro y 12 cm de alto. Cabe una ensalada para cuatro o cinco personas.',
  },
]
