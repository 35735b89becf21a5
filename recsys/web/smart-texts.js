/* smart-texts.js: what the elements say, in the order of KEYS; {} stands for a price or a number. */
const KEYS = "previous next heading lowest home product cart free_shipping cashback points gift copy expired close".split(" ");
const TEXTS = {
  en: "Previous|Next|You may also like|Lowest in 30 days: {}|Before you go …|Only for a short time|Your cart is waiting|Free shipping|{} for your next order|+{} points|A free gift|Copy|Expired|Close",
  es: "Anteriores|Siguientes|También te puede gustar|Mínimo en 30 días: {}|Antes de irte…|Solo por poco tiempo|Tu carrito te espera|Envío gratis|{} para tu próximo pedido|+{} puntos|Un regalo|Copiar|Caducado|Cerrar",
  pt: "Anteriores|Seguintes|Talvez goste também|Mínimo em 30 dias: {}|Antes de sair…|Só por pouco tempo|O seu carrinho espera|Frete grátis|{} para a próxima compra|+{} pontos|Um presente|Copiar|Expirado|Fechar",
  de: "Zurück|Weiter|Das könnte Ihnen gefallen|Tiefstpreis in 30 Tagen: {}|Bevor Sie gehen …|Nur für kurze Zeit|Ihr Warenkorb wartet|Kostenloser Versand|{} für die nächste Bestellung|+{} Punkte|Ein Geschenk|Kopieren|Abgelaufen|Schließen",
  fr: "Précédents|Suivants|Vous aimerez aussi|Minimum sur 30 jours : {}|Avant de partir…|Pour peu de temps|Votre panier vous attend|Livraison offerte|{} pour la prochaine commande|+{} points|Un cadeau|Copier|Expiré|Fermer",
  el: "Προηγούμενα|Επόμενα|Ίσως σας αρέσουν|Χαμηλότερη 30 ημερών: {}|Πριν φύγετε…|Μόνο για λίγο|Το καλάθι σας περιμένει|Δωρεάν αποστολή|{} για την επόμενη αγορά|+{} πόντοι|Ένα δώρο|Αντιγραφή|Έληξε|Κλείσιμο",
  hu: "Előző|Következő|Ez is tetszhet|30 napi legalacsonyabb: {}|Mielőtt elmegy…|Csak rövid ideig|Kosara még várja|Ingyenes szállítás|{} a következő rendelésre|+{} pont|Ajándék|Másolás|Lejárt|Bezárás",
  ar: "السابق|التالي|قد يعجبك أيضًا|الأدنى في 30 يومًا: {}|قبل أن تغادر…|لفترة قصيرة فقط|سلتك بانتظارك|شحن مجاني|{} لطلبك القادم|+{} نقطة|هدية|نسخ|انتهى|إغلاق",
  zh: "上一组|下一组|猜您喜欢|30天最低价：{}|离开前看看…|限时机会|购物车在等您|免运费|{}下次可用|+{} 积分|赠品|复制|已过期|关闭",
};

/* In the language of a locale, or else in English. */
export const textOf = (locale, key) => (TEXTS[locale.toLowerCase().split("-")[0]] ?? TEXTS.en).split("|")[KEYS.indexOf(key)];
