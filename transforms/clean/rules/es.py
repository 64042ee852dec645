"""Spanish residue."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="comment_prompt_es",
        category="comments",
        languages=("es",),
        patterns=(
            r"(?:[0-9]{1,5} )?comentarios?(?: ?\(?[0-9]{1,5}\)?)?",
            r"(?:deja|dejar|deje|escribe|escribir|añade|añadir|agregar|publicar|ver|leer|mostrar|comentar|envía|sé el primero en)(?: un| tu| su| los| el primer| [0-9]{1,5}| una| todos los)* (?:comentarios?|respuesta|comentar|noticia)(?: .{0,30})?",
            r"comentar|cancelar(?: la)? respuesta|responder|los comentarios están cerrados|comentarios cerrados|participa en la conversación.{0,30}|únete a la conversación.{0,30}|reportar comentario",
            r"(?:tu|su) (?:dirección de )?(?:correo electrónico|e-?mail|correo) no será publicad[ao].{0,90}",
            r"los campos (?:obligatorios|necesarios|requeridos) están.{0,40}",
            r"guarda(?:r)? mi nombre,? (?:correo|e-?mail).{0,110}",
            r"(?:debes|debe|tienes que|inicia sesión|para comentar|para poder comentar).{0,60}(?:comentar|comentario|conectado).{0,40}",
            r"este sitio u(?:sa|tiliza) akismet.{0,140}",
        ),
        drops=("Comentarios", "12 comentarios", "Deja un comentario", "Cancelar respuesta", "Tu dirección de correo electrónico no será publicada."),
        keeps=("Comentarios del ministro encendieron la plaza.", "Comentar el fallo no quiso nadie.", "Responder al fuego es un error, dijo."),
    ),
    Rule(
        name="related_link_es",
        category="related",
        languages=("es",),
        patterns=(
            r"(?:lee|leer|lea|ver|mira|vea|escucha|te puede interesar|puede leer|te recomendamos|le recomendamos|recomendamos|no te pierdas|además|relacionado|sigue leyendo|seguir leyendo|más información|más sobre|conoce|descubre|entérate)(?: (?:también|más|además|aquí|la nota completa|la noticia completa|el artículo completo|todas las noticias.{0,40}|todo|nota completa))*(?: ?[:|»>→-] ?.{1,240})?",
            r"(?:noticias?|artículos?|contenidos?|temas?|notas?|entradas?|posts?|enlaces?|historias?) (?:relacionad[oa]s?|recomendad[oa]s?|similares|destacad[oa]s?|más (?:leíd[oa]s|vist[oa]s)|anterior(?:es)?|siguientes?|recientes|populares)(?: ?[:|»>→-] ?.{1,240})?",
            r"(?:lo|las|los) más (?:leído|leídas|leídos|visto|vistas|popular|reciente|comentado|destacado|compartido)(?: .{0,30})?|más (?:leídas|leídos|noticias|información|vistas|artículos|contenido)(?: (?:de|en|sobre) .{1,40})?|últimas noticias(?: .{0,30})?|última hora|te puede interesar|también te puede(?: interesar)?|te podría interesar|quizás te interese|le puede interesar|puede interesarte|en portada|ver más|ver todo|ver todos|leer más|leer también|cargar más|anterior|siguiente|volver(?: .{0,30})?|ir arriba|etiquetas|tabla de contenidos?|índice|continúa leyendo.{0,40}|en este artículo|archivado en|tendencias",
            r"(?:saltar|ir) al contenido(?: principal)?|ir al contenido.{0,20}",
        ),
        unless_sentence=True,
        drops=("Lee también: El puerto cierra", "Leer más", "Noticias relacionadas", "Te puede interesar", "Lo más leído", "Ver también: La riada de 1911"),
        keeps=("Leer y escribir lo aprendió en la cárcel.", "Más información llegará en marzo, prometió el alcalde al pueblo entero.", "Siguiente parada, el puerto viejo.", "Ver el mar le basta."),
    ),
    Rule(
        name="share_line_es",
        category="share",
        languages=("es",),
        patterns=(
            r"(?:compartir|comparte|compartido|tuitear|imprimir|enviar|copiar(?: el)? enlace|enlace copiado.{0,10}|guardar|copiar link)(?: (?:esta noticia|este artículo|la noticia|el artículo|la nota|en|por|vía|via|con|tus amigos|esto|esta nota|[0-9]{1,6}|facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|telegram|flipboard|bluesky|threads|mastodon|tiktok|e-?mail|mail))*",
            r"(?:síguenos|siguenos|síganos|sigue|seguir|suscríbete|suscribite|únete|seguinos)(?: a| al| nuestro| nuestra| canal| de)*(?: .{1,40})? (?:en|en las redes|por|de) (?:nuestr.{1,20}|facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|telegram|flipboard|bluesky|threads|mastodon|tiktok|e-?mail|mail|google.{0,20}|redes).{0,80}",
            r"síguenos|seguinos|síganos|redes sociales",
        ),
        unless_sentence=True,
        drops=("Compartir", "Compartir en Facebook", "Imprimir", "Síguenos en Twitter", "Copiar enlace"),
        keeps=("Compartir el agua divide al valle.", "Imprimir sale caro, dice la editora.", "Sigue la lluvia en el norte."),
    ),
    Rule(
        name="newsletter_prompt_es",
        category="newsletter",
        languages=("es",),
        patterns=(
            r"newsletters?|boletín(?:es)?|boletines informativos|(?:suscríbete|suscribete|suscríbase|suscribirse|suscribirme|suscribir|apúntate|regístrate|registrarse|registrarme|registro|registrarte|inscríbete|inscribirme)(?: .{0,120})?|(?:iniciar?|inicia) sesión.{0,50}|cerrar sesión|suscripci(?:ón|ones)(?: digital)?|mi cuenta|crear(?: una)? cuenta.{0,20}|¿(?:ya eres|ya tienes|olvidaste|no tienes|aún no).{0,60}|¿olvidaste tu contraseña.{0,4}|acceder|accede|identifícate.{0,30}",
            r"(?:recibe|reciba|recibir|quiero recibir|no te pierdas|entérate|ingresa|introduce|escribe tu) .{0,70}(?:newsletter|boletín|correo|e-?mail|bandeja|alertas|whatsapp).{0,140}",
            r"(?:este|esta|el) (?:contenido|artículo|noticia|nota) es (?:exclusiv[ao]|sólo|solo|para suscriptores).{0,100}|(?:contenido )?(?:exclusivo|solo) para suscriptores.{0,40}|para (?:seguir|continuar) leyendo.{0,120}|al (?:registrarte|suscribirte|hacer clic|continuar|enviar|suscribirse).{0,260}|(?:descarga|descargue|descargar)(?: \w{1,12}){0,4} app.{0,60}|hazte socio.{0,60}|hazte suscriptor.{0,40}|apoya (?:nuestro|el) periodismo.{0,60}",
        ),
        unless_sentence=True,
        drops=("Newsletter", "Suscríbete a nuestro boletín", "Iniciar sesión", "Recibe las noticias en tu correo", "Este contenido es exclusivo para suscriptores"),
        keeps=("El boletín del alcalde causó revuelo.", "Boletín y radio son la única voz del valle."),
    ),
    Rule(
        name="photo_credit_es",
        category="photo",
        languages=("es",),
        patterns=(
            r"(?:fotos?|fotografías?|imagen|imágenes|créditos?|fuentes?|ilustración|infografía|video|vídeo|crédito de la (?:imagen|foto)|gráfico|archivo)(?: ?(?:de|por|©|cortesía|de archivo|del autor|fuente))? ?[:/|©] ?[^!?]{2,110}",
            r"(?:foto|imagen) (?:de archivo|ilustrativa|referencial|cortesía)(?: .{0,60})?|foto de [^.!?]{2,60}|pie de foto.{0,60}|© ?[^!?]{2,100}|galería(?: de (?:fotos|imágenes))?|fotogalería|ampliar(?: (?:foto|imagen))?|\(?con información de [^.!?]{2,60}|crédito",
        ),
        unless_sentence=True,
        drops=("Foto: Ana Ruiz", "Crédito: Bo Li", "Fuente: Radio Puerto", "Foto de archivo", "© Radio Puerto"),
        keeps=("Fotos y cartas ardieron en la plaza.", "Fuentes del ministerio lo negaron.", "Imagen y sonido llegaron tarde."),
    ),
    Rule(
        name="ad_marker_es",
        category="ads",
        languages=("es",),
        patterns=(
            r"publicidad(?:es)?|anuncios?|contenido patrocinado|patrocinado(?: por .{1,30})?|publicidad[ :|-]{1,3}.{0,50}|sigue leyendo después de la publicidad|continúa (?:leyendo )?(?:después|debajo).{0,40}|la (?:nota|noticia) continúa.{0,40}|espacio publicitario|cerrar anuncio|contenido de marca|branded content",
        ),
        drops=("Publicidad", "Contenido patrocinado", "La noticia continúa después de la publicidad"),
        keeps=("Publicidad y prensa viven juntas.", "Anuncios así ya nadie cree."),
    ),
    Rule(
        name="notice_es",
        category="notices",
        languages=("es",),
        patterns=(
            r"aviso legal|política de (?:privacidad|cookies).{0,30}|(?:configurar|gestionar|configuración de|ajustes de|preferencias de|rechazar|aceptar)(?: todas?| las)*(?: cookies)?|aceptar y continuar|privacidad|términos (?:y condiciones|de uso|de servicio).{0,30}|condiciones (?:de uso|generales).{0,30}|mapa (?:del sitio|web)|contacto|contáctanos|contáctenos|quiénes somos|sobre nosotros|nosotros|menú|buscar|cerrar|accesibilidad|trabaja con nosotros|anúnciate.{0,20}|publicita.{0,20}|hemeroteca|inicio|portada",
            r"(?:utilizamos|usamos|este sitio(?: web)?|esta (?:web|página)|nuestro sitio|nosotros).{0,40}(?:cookies).{0,280}",
            r"(?:para|por favor|debes|activa|habilita).{0,60}(?:javascript|activar las cookies|desactiva.{0,20}bloqueador).{0,120}",
            r"(?:este video|este vídeo|este contenido|el vídeo) (?:no|es|ha).{0,100}",
            r"todos los derechos reservados.{0,140}|derechos reservados.{0,80}|copyright.{0,140}|prohibida (?:la|su) (?:reproducción|republicación).{0,160}|(?:este|el) (?:artículo|texto) (?:fue|ha sido|se) (?:publicado|publicó) (?:originalmente|primero).{0,160}|(?:las )?opiniones (?:expresadas|vertidas).{0,200}",
        ),
        unless_sentence=True,
        drops=("Aviso legal", "Política de privacidad", "Aceptar cookies", "Utilizamos cookies propias y de terceros.", "Todos los derechos reservados."),
        keeps=("Contacto con la nave se perdió el lunes.", "Aceptar la oferta fue un error.", "Inicio lento de la cosecha."),
    ),
    Rule(
        name="tag_line_es",
        category="tags",
        languages=("es",),
        patterns=(
            r"(?:etiquetas?|temas?|tags|palabras clave|categorías?|archivado en|más sobre|secciones|sección|en esta noticia|publicado en|te puede interesar) ?[:|] ?.{1,200}",
            r"etiquetas|palabras clave|archivado en",
        ),
        unless_sentence=True,
        drops=("Etiquetas: puerto, riada", "Temas: puerto", "Archivado en: Política"),
        keeps=("Temas así dividen al pueblo.", "Etiquetas y cajas salen de aquí."),
    ),
    Rule(
        name="reading_time_es",
        category="counters",
        languages=("es",),
        patterns=(
            r"(?:tiempo de lectura|lectura|duración) ?:? ?(?:de )?[0-9]{1,3}.{0,16}|[0-9]{1,3} ?min(?:utos?)?\.? (?:de lectura|lectura)|hace [0-9]{1,2} (?:minutos?|horas?|días?|semanas?|meses|mes|min)|(?:publicado|actualizado|actualizada|modificado|creado|última actualización|actualización|fecha)(?: (?:el|a las|por))? ?:? ?[^!?]{0,30}[0-9].{0,80}",
        ),
        unless_sentence=True,
        drops=("Tiempo de lectura: 3 min", "Publicado el 24 de abril de 2024", "hace 2 horas"),
        keeps=("Hace dos años el puente seguía en pie.", "Publicado en 1911, el libro se vendió en días y no volvió a la imprenta nunca más, según su nieta."),
    ),
    Rule(
        name="author_box_es",
        category="author",
        languages=("es",),
        patterns=(
            r"(?:sobre|acerca de)(?:l| el| la) autora?|(?:ver|más|todos los)(?: los| las| todos)*(?: artículos| noticias| notas| publicaciones)? de(?:l autor| la autora|)(?: .{1,50})?|autora?|redacción|la redacción|.{2,60} es periodista (?:de|en|y|especializad[ao]).{0,200}|(?:contacto|escríbenos|correo|e-?mail) ?:? ?(?:a )?[\w.+-]{1,40}@[\w.-]{3,40}",
        ),
        drops=("Sobre el autor", "Ver artículos de Ana Ruiz"),
        keeps=("El autor del disparo huyó.", "La redacción del texto duró un año."),
    ),
    Rule(
        name="correction_es",
        category="correction",
        languages=("es",),
        patterns=(
            r"(?:corrección|fe de erratas|fe de errores|rectificación|aclaración|nota de la redacción|nota del editor) ?[:—-] ?.{10,600}",
            r"una versión (?:anterior|previa|inicial) de (?:este|esta|la|el).{0,500}",
            r"(?:este artículo|esta noticia|esta nota) (?:ha sido|fue) (?:corregid[ao]|actualizad[ao]|modificad[ao]).{0,300}",
        ),
        drops=("Fe de erratas: el nombre del puerto estaba mal escrito.", "Una versión anterior de este artículo daba una fecha errónea."),
        keeps=("Corrección y estilo le importan poco.", "Una versión anterior del puente cayó."),
    ),
    Rule(
        name="glued_link_es",
        category="related",
        languages=("es",),
        place="end",
        patterns=(
            r"(?:lee también|leer más|lea también|lee más|ver más|te puede interesar|seguir leyendo|sigue leyendo|le puede interesar)(?: ?[:|] ?[^!?]{4,160})?[ .…»>→]{0,6}",
        ),
        drops=("El río subió. [[Lee también: El pleno vota]]", "El río subió. [[Leer más]]"),
        keeps=("Abrió el libro. Leer más le costaba cada noche.",),
    ),
)
