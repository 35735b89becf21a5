/* smart-texts.js: what the elements say, in the order of KEYS; {}: a price or number. */
const KEYS = "previous next heading lowest title cart free_shipping cashback points gift copy expired close".split(" ");
const TEXTS = {
  en: "Previous|Next|You may also like|Lowest in 30 days: {}|Before you go …|Your cart|Free shipping|{} for your next order|+{} points|A free gift|Copy|Expired|No, thanks",
  es: "Anteriores|Siguientes|También te puede gustar|Mínimo en 30 días: {}|Antes de irte…|Tu carrito|Envío gratis|{} para tu próximo pedido|+{} puntos|Un regalo|Copiar|Caducado|No, gracias",
  pt: "Anteriores|Seguintes|Talvez goste também|Mínimo em 30 dias: {}|Antes de sair…|O seu carrinho|Frete grátis|{} para a próxima compra|+{} pontos|Um presente|Copiar|Expirado|Não, obrigado",
  de: "Zurück|Weiter|Das könnte Ihnen gefallen|Tiefstpreis in 30 Tagen: {}|Bevor Sie gehen …|Ihr Warenkorb|Kostenloser Versand|{} für die nächste Bestellung|+{} Punkte|Ein Geschenk|Kopieren|Abgelaufen|Nein, danke",
  fr: "Précédents|Suivants|Vous aimerez aussi|Minimum sur 30 jours : {}|Avant de partir…|Votre panier|Livraison offerte|{} pour la prochaine commande|+{} points|Un cadeau|Copier|Expiré|Non, merci",
  el: "Προηγούμενα|Επόμενα|Ίσως σας αρέσουν|Χαμηλότερη 30 ημερών: {}|Πριν φύγετε…|Το καλάθι σας|Δωρεάν αποστολή|{} για την επόμενη αγορά|+{} πόντοι|Ένα δώρο|Αντιγραφή|Έληξε|Όχι, ευχαριστώ",
  hu: "Előző|Következő|Ez is tetszhet|30 napi legalacsonyabb: {}|Mielőtt elmegy…|Kosara|Ingyenes szállítás|{} a következő rendelésre|+{} pont|Ajándék|Másolás|Lejárt|Köszönöm, nem",
  ar: "السابق|التالي|قد يعجبك أيضًا|الأدنى في 30 يومًا: {}|قبل أن تغادر…|سلتك|شحن مجاني|{} لطلبك القادم|+{} نقطة|هدية|نسخ|انتهى|لا، شكرًا",
  zh: "上一组|下一组|猜您喜欢|30天最低价：{}|离开前看看…|您的购物车|免运费|{}下次可用|+{} 积分|赠品|复制|已过期|不用了",
};

export const textOf = (locale, key) => (TEXTS[locale.toLowerCase().split("-")[0]] ?? TEXTS.en).split("|")[KEYS.indexOf(key)];
