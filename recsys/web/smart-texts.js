/* smart-texts.js: what the elements say; {} stands for a name, a price, a number or a time. */
const KEYS = "previous next bought_with lowest dont_go lightning last_chance free_shipping cashback points gift cart code copy left expired accept decline".split(" ");
const TEXTS = {
	en: "Previous|Next|Bought together with {}|Lowest price in 30 days: {}|Before you go …|Only for a short time|Your cart is waiting|Free shipping|{} back for your next order|{} bonus points|A gift with your order|On your whole cart|Your code|Copy|Good for {}|Expired|Yes, please|No, thanks",
	es: "Anteriores|Siguientes|Comprado junto con {}|Precio más bajo en 30 días: {}|Antes de irte…|Solo por poco tiempo|Tu carrito te espera|Envío gratis|{} para tu próximo pedido|{} puntos extra|Un regalo con tu pedido|En todo tu carrito|Tu código|Copiar|Tiempo restante: {}|Caducado|Sí, gracias|No, gracias",
	pt: "Anteriores|Seguintes|Comprado com {}|Menor preço em 30 dias: {}|Antes de sair…|Só por pouco tempo|O seu carrinho espera|Frete grátis|{} para a próxima compra|{} pontos extra|Um presente com o pedido|Em todo o carrinho|Seu código|Copiar|Válido por mais {}|Expirado|Quero|Agora não",
	de: "Zurück|Weiter|Zusammen gekauft mit {}|Tiefster Preis in 30 Tagen: {}|Bevor Sie gehen …|Nur für kurze Zeit|Ihr Warenkorb wartet|Kostenloser Versand|{} zurück für die nächste Bestellung|{} Bonuspunkte|Ein Geschenk zur Bestellung|Auf den ganzen Warenkorb|Ihr Code|Kopieren|Noch {} gültig|Abgelaufen|Ja, gerne|Nein, danke",
	fr: "Précédents|Suivants|Acheté avec {}|Prix le plus bas en 30 jours : {}|Avant de partir…|Pour peu de temps|Votre panier vous attend|Livraison offerte|{} pour la prochaine commande|{} points bonus|Un cadeau avec la commande|Sur tout le panier|Votre code|Copier|Encore valable {}|Expiré|Oui, merci|Non, merci",
	el: "Προηγούμενα|Επόμενα|Αγοράζεται μαζί με {}|Χαμηλότερη τιμή 30 ημερών: {}|Πριν φύγετε…|Μόνο για λίγο|Το καλάθι σας περιμένει|Δωρεάν αποστολή|{} για την επόμενη αγορά|{} πόντοι δώρο|Ένα δώρο με την παραγγελία|Σε όλο το καλάθι|Ο κωδικός σας|Αντιγραφή|Ισχύει για {}|Έληξε|Το θέλω|Όχι, ευχαριστώ",
	hu: "Előző|Következő|Együtt veszik ezzel: {}|30 napi legalacsonyabb ár: {}|Mielőtt elmegy…|Csak rövid ideig|Kosara még várja|Ingyenes szállítás|{} a következő rendelésre|{} bónuszpont|Ajándék a rendeléshez|A teljes kosárra|Az Ön kódja|Másolás|Hátralévő idő: {}|Lejárt|Kérem|Köszönöm, nem",
	ar: "السابق|التالي|يُشترى مع {}|أدنى سعر في 30 يومًا: {}|قبل أن تغادر…|لفترة قصيرة فقط|سلتك بانتظارك|شحن مجاني|{} لطلبك القادم|{} نقطة إضافية|هدية مع طلبك|على السلة كلها|رمزك|نسخ|الوقت المتبقي: {}|انتهى|أريده|لا، شكرًا",
	zh: "上一组|下一组|常与{}一起购买|30天最低价：{}|离开前看看…|限时机会|购物车在等您|免运费|{}可用于下次购物|{} 积分|随单赠品|整个购物车|您的优惠码|复制|剩余时间：{}|已过期|我要|不用了",
};

/* By their keys, in the language of a locale or else in English. */
export function textsOf(locale) {
	const texts = (TEXTS[locale.toLowerCase().split("-")[0]] ?? TEXTS.en).split("|");
	return Object.fromEntries(KEYS.map((key, i) => [key, texts[i]]));
}
